import GRDB
package import JobModel

/// What somebody may ask of a job: rows, which the scheduler acts on.
extension Store {
    /// Asks for a job's end. One that does not run is cancelled at once; one that
    /// runs is torn down by the scheduler, which looks for the request that is
    /// stored here. Asking again changes nothing but may shorten the grace. The end
    /// will be that of whoever asked first.
    ///
    /// - Throws: `job_not_found`; `conflict` when it ended in another way.
    package func requestCancel(
        _ id: JobID, signal: Int32?, grace: Int64?, by actor: Identity
    ) async throws -> Job {
        let now = self.now()
        return try await change(id, effects: [.events, .scheduling, .orders, .ends]) {
            job, database in
            switch job.state {
            case .cancelled: break
            case .succeeded, .failed:
                throw JobError(.conflict, "Job \(id) has already \(job.state.rawValue).")
            case .running, .paused:
                try database.execute(
                    sql: """
                        UPDATE jobs SET
                            cancel_requested_at = coalesce(cancel_requested_at, ?1),
                            cancel_actor = coalesce(cancel_actor, ?2),
                            cancel_signal = coalesce(cancel_signal, ?3),
                            cancel_grace = coalesce(?4, kill_grace)
                        WHERE id = ?5 AND (cancel_requested_at IS NULL OR cancel_grace > ?4)
                        """,
                    arguments: [
                        now.microseconds, actor.rawValue, signal ?? 15, grace, id.rawValue,
                    ])
                guard database.changesCount > 0 else { return }
                try EventRow.insert(
                    .action(.cancel, job.state), job: id, attempt: job.attempt, time: now,
                    by: actor, into: database)
            case .waiting, .queued:
                try Self.closeDependencies(of: id, in: database)
                try database.execute(
                    sql: """
                        UPDATE jobs SET state = 'cancelled', waiting_for = NULL, wake_at = NULL,
                            retry_at = NULL, failure = NULL, error = NULL,
                            cancel_requested_at = ?, finished_at = ? WHERE id = ?
                        """,
                    arguments: [now.microseconds, now.microseconds, id.rawValue])
                try EventRow.insert(
                    .end(
                        Event.End(state: .cancelled, exitCode: job.exitCode, signal: job.signal)),
                    job: id, attempt: job.attempt, time: now, by: actor, into: database)
                try Self.markUnsettled(id, in: database)
                var rest = Self.settledAtOnce
                try Self.settle(&rest, at: now, in: database)
            }
        }
    }

    /// Asks that a running job's processes stand still, or go on. The state
    /// changes here; the scheduler sees to it that it becomes true. Asking again
    /// changes nothing.
    ///
    /// - Throws: `job_not_found`; `conflict` when it does not run.
    package func setPaused(
        _ isPaused: Bool, _ id: JobID, by actor: Identity
    ) async throws -> Job {
        let now = self.now()
        return try await change(id, effects: [.events, .orders, .scheduling]) { job, database in
            guard job.state.isActive else {
                let advice =
                    job.state.isFinished
                    ? "." : "; it has not started. Change its time, or pause its queue."
                throw JobError(.conflict, "Job \(id) is \(job.state.rawValue)\(advice)")
            }
            let transition: Transition = isPaused ? .pause : .resume
            guard let state = transition.next(from: job.state) else { return }
            try database.execute(
                sql: "UPDATE jobs SET state = ? WHERE id = ?",
                arguments: [state.rawValue, id.rawValue])
            try database.execute(
                sql: """
                    UPDATE attempts SET
                        paused_time = paused_time + max(0, ?1 - coalesce(paused_at, ?1)),
                        paused_at = ?2
                    WHERE job_id = ?3 AND number = ?4
                    """,
                arguments: [
                    now.microseconds, isPaused ? now.microseconds : nil, id.rawValue, job.attempt,
                ])
            try EventRow.insert(
                .state(state), job: id, attempt: job.attempt, time: now, by: actor,
                into: database)
        }
    }

    /// Asks that a signal be delivered to a job that runs.
    ///
    /// - Parameter isForTree: whether to all its processes, or to the command
    ///   itself only.
    /// - Throws: `job_not_found`; `conflict` when it does not run.
    package func requestSignal(
        _ id: JobID, _ signal: Int32, isForTree: Bool, by actor: Identity
    ) async throws -> Job {
        let now = self.now()
        return try await change(id, effects: [.events, .orders, .scheduling]) { job, database in
            guard job.state.isActive else {
                throw JobError(.conflict, "Job \(id) is \(job.state.rawValue): it does not run.")
            }
            try database.execute(
                sql: "INSERT INTO signals (job_id, attempt, signal, tree) VALUES (?, ?, ?, ?)",
                arguments: [id.rawValue, job.attempt, signal, isForTree])
            try EventRow.insert(
                .action(.signal, job.state), job: id, attempt: job.attempt, time: now, by: actor,
                into: database)
        }
    }

    /// Runs a finished job again, as a new attempt; or lets one that waits for its
    /// retry wait no longer.
    ///
    /// - Throws: `job_not_found`; `conflict` when it is neither, or cannot run.
    package func retry(_ id: JobID, by actor: Identity) async throws -> Job {
        let now = self.now()
        return try await change(id, effects: [.events, .scheduling]) { job, database in
            if job.waitingFor == .retry {
                try database.execute(
                    sql: "UPDATE jobs SET retry_at = NULL WHERE id = ?",
                    arguments: [id.rawValue])
                try Self.place(
                    job,
                    Standing(isHeld: false, retryAt: nil, notBefore: job.spec.notBefore, now: now),
                    at: now, by: actor, in: database)
                return
            }
            guard job.state.isFinished else {
                throw JobError(
                    .conflict, "Job \(id) is \(job.state.rawValue): it has not finished.")
            }
            if job.spec.secretEnvironment.values.contains(.gone) {
                throw JobError(
                    .conflict,
                    "Job \(id) cannot run again: its secrets were removed when it ended. Submit "
                        + "it anew, with them.")
            }
            try Self.checkFit(
                job.spec.resources, in: job.spec.queue, orThrow: .conflict, database)
            // What has never started has not had what it comes after.
            if job.attempt == 0 { try Self.reopenDependencies(of: job, in: database) }
            let standing = Standing(
                isHeld: try Self.hasOpenDependencies(id, in: database), retryAt: nil,
                notBefore: job.spec.notBefore, now: now)
            try database.execute(
                sql: """
                    UPDATE jobs SET state = ?, waiting_for = ?, wake_at = ?, attempt_limit = ?,
                        finished_at = NULL, cancel_requested_at = NULL, cancel_actor = NULL,
                        cancel_signal = NULL, cancel_grace = NULL, exit_code = NULL, signal = NULL, failure = NULL,
                        error = NULL, unsettled = 0
                    WHERE id = ?
                    """,
                arguments: [
                    standing.state.rawValue, standing.waitingFor?.rawValue,
                    standing.wakeAt?.microseconds,
                    job.attempt + (job.spec.retry?.maxAttempts ?? 1), id.rawValue,
                ])
            try EventRow.insert(
                .state(standing.change), job: id, attempt: job.attempt, time: now, by: actor,
                into: database)
        }
    }

    /// Changes a job that has not started.
    ///
    /// - Throws: `job_not_found`; `conflict` when it has started; `invalid_spec`
    ///   when it cannot be in that queue.
    package func update(
        _ id: JobID, _ change: JobChange, by actor: Identity
    ) async throws -> Job {
        let now = self.now()
        let labels = try change.labels.map { try Columns.json($0) }
        return try await self.change(id, effects: [.events, .scheduling]) { job, database in
            guard job.state == .waiting || job.state == .queued else {
                throw JobError(
                    .conflict, "Job \(id) is \(job.state.rawValue): it can no longer be changed.")
            }
            let queue = change.queue ?? job.spec.queue
            if queue != job.spec.queue {
                try Self.checkFit(
                    job.spec.resources, in: queue, orThrow: .invalidSpec, database)
            }
            let notBefore = change.notBefore ?? job.spec.notBefore
            try database.execute(
                sql: """
                    UPDATE jobs SET queue = ?, priority = ?, not_before = ?,
                        labels = coalesce(?, labels) WHERE id = ?
                    """,
                arguments: [
                    queue, change.priority ?? job.spec.priority, notBefore?.microseconds, labels,
                    id.rawValue,
                ])
            if change.notBefore != nil {
                let retryAt = try Int64.fetchOne(
                    database, sql: "SELECT retry_at FROM jobs WHERE id = ?",
                    arguments: [id.rawValue])
                let hasMoved = try Self.place(
                    job,
                    Standing(
                        isHeld: job.waitingFor == .jobs, retryAt: JobRow.timestamp(retryAt),
                        notBefore: notBefore, now: now), at: now, by: actor, in: database)
                // The event of its new state says who did it.
                if hasMoved { return }
            }
            let isOther =
                queue != job.spec.queue || notBefore != job.spec.notBefore
                || (change.priority ?? job.spec.priority) != job.spec.priority
                || (change.labels ?? job.spec.labels) != job.spec.labels
            guard isOther else { return }
            try EventRow.insert(
                .action(.change, job.state), job: id, attempt: job.attempt, time: now, by: actor,
                into: database)
        }
    }

    /// Notes who sends a job the first of the input that it gets later. There is no
    /// event for each piece: a stream has many.
    ///
    /// - Throws: `job_not_found`.
    package func beginInput(of id: JobID, by actor: Identity) async throws {
        let now = self.now()
        try await writer.write(effects: .events, grows: true) { database in
            guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
            try Self.noteInput(of: job, at: now, by: actor, in: database)
        }
    }

    /// Notes that the input that a job gets later is complete, and who said so.
    /// Saying it again changes nothing.
    ///
    /// - Throws: `job_not_found`.
    package func endInput(of id: JobID, by actor: Identity) async throws {
        let now = self.now()
        try await writer.write(effects: .events) { database in
            guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
            try database.execute(
                sql: "UPDATE jobs SET input_ended = 1 WHERE id = ? AND input_ended = 0",
                arguments: [id.rawValue])
            if database.changesCount == 0 { return }
            try Self.noteInput(of: job, at: now, by: actor, in: database)
        }
    }

    private static func noteInput(
        of job: Job, at now: Timestamp, by actor: Identity, in database: Database
    ) throws {
        // Nothing follows the end: a reader that has it would never see it.
        if job.state.isFinished { return }
        try EventRow.insert(
            .action(.input, job.state), job: job.id, attempt: job.attempt, time: now, by: actor,
            into: database)
    }

    /// Whether the input that a job gets later is complete; so is one that was
    /// given with the job.
    package func isInputEnded(of id: JobID) async throws -> Bool {
        try await pool.read { database in
            try Bool.fetchOne(
                database, sql: "SELECT input_ended FROM jobs WHERE id = ?",
                arguments: [id.rawValue]) ?? true
        }
    }

    // MARK: Within a transaction

    /// Changes a job and returns what it is then.
    private func change(
        _ id: JobID, effects: CommitEffects,
        _ body: @escaping @Sendable (Job, Database) throws -> Void
    ) async throws -> Job {
        let now = self.now()
        return try await writer.write(effects: effects) { database in
            guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
            try body(job, database)
            return try Self.job(id, at: now, in: database) ?? job
        }
    }

    private static func checkFit(
        _ needs: [String: Int64], in name: String, orThrow code: JobError.Code,
        _ database: Database
    ) throws {
        guard let queue = try queue(name, in: database) else {
            throw JobError(
                code, "There is no queue '\(name)'.",
                fields: [FieldError(field: "queue", message: "is not a queue that exists")])
        }
        let misfits = queue.misfits(needs)
        guard misfits.isEmpty else {
            let fields = misfits.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
            throw JobError(code, "Not accepted: \(fields).", fields: misfits)
        }
    }

    /// Waits again for what was waited for, as far as that has not succeeded.
    ///
    /// - Throws: `conflict` when something of it would fail the job at once.
    private static func reopenDependencies(of job: Job, in database: Database) throws {
        for needed in job.spec.after {
            // One that is gone is not waited for: nobody knows how it ended.
            guard let other = try self.job(needed, in: database), other.state != .succeeded
            else { continue }
            if other.state.isFinished {
                guard job.spec.afterPolicy == .finished else {
                    throw JobError(
                        .conflict,
                        "Job \(needed), which job \(job.id) comes after, has not succeeded. "
                            + "Retry that first.")
                }
                continue
            }
            try database.execute(
                sql: "UPDATE dependencies SET is_open = 1 WHERE job_id = ? AND needs_id = ?",
                arguments: [job.id.rawValue, needed.rawValue])
        }
    }
}
