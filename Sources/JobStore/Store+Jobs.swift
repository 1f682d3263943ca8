import GRDB
package import JobModel

/// Submitting, finding and deleting jobs.
extension Store {
    /// Adds a job, durable when this returns.
    ///
    /// - Throws: `invalid_spec` when its queue does not exist.
    package func submit(_ spec: JobSpec) async throws -> Job {
        let command = try JobRow.json(spec.command)
        let labels = try JobRow.json(spec.labels)
        let environment = try JobRow.json(spec.environment)
        let now = self.now()
        return try await writer.write(effects: [.events, .scheduling]) { database in
            let queues = try database.cachedStatement(sql: "SELECT 1 FROM queues WHERE name = ?")
            guard try Bool.fetchOne(queues, arguments: [spec.queue]) == true else {
                throw JobError(
                    .invalidSpec, "There is no queue '\(spec.queue)'.",
                    fields: [FieldError(field: "queue", message: "is not a queue that exists")])
            }
            let insert = try database.cachedStatement(
                sql: """
                    INSERT INTO jobs (queue, name, command, labels, cwd, environment, stdin, tty,
                                      timeout, kill_grace, output_limit_bytes, state, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
                    """)
            try insert.execute(arguments: [
                spec.queue, spec.name, command, labels, spec.cwd, environment, spec.stdin,
                spec.tty, spec.timeout, spec.killGrace, spec.outputLimitBytes, now.microseconds,
            ])
            let id = JobID(rawValue: database.lastInsertedRowID)
            let event = try EventRow.insert(
                .state(.queued), job: id, attempt: 0, time: now, into: database)
            return Job(
                id: id, spec: spec, state: .queued, attempt: 0, createdAt: now, cursor: event)
        }
    }

    /// A job; nil when there is none of that id.
    package func job(_ id: JobID) async throws -> Job? {
        try await pool.read { try Self.job(id, in: $0) }
    }

    static func job(_ id: JobID, in database: Database) throws -> Job? {
        let statement = try database.cachedStatement(sql: JobRow.select + " WHERE j.id = ?")
        return try Row.fetchOne(statement, arguments: [id.rawValue]).map(JobRow.decode)
    }

    /// At most `limit` jobs that `filter` admits, the newest first, those older
    /// than `before` only.
    package func jobs(
        matching filter: JobFilter, before: JobID?, limit: Int
    ) async throws -> [Job] {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let before {
            conditions.append("j.id < ?")
            arguments += [before.rawValue]
        }
        try filter.append(to: &conditions, &arguments)
        let restriction =
            conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let sql = JobRow.select + restriction + " ORDER BY j.id DESC LIMIT ?"
        arguments += [limit]
        return try await pool.read { [arguments] database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map(JobRow.decode)
        }
    }

    /// Asks for a job's end. One that has not started is cancelled at once; one
    /// that runs is torn down by the scheduler, which looks for the request that
    /// is stored here. Asking again changes nothing but may shorten the grace.
    ///
    /// - Throws: `job_not_found`; `conflict` when it ended in another way.
    package func requestCancel(_ id: JobID, signal: Int32?, grace: Int64?) async throws -> Job {
        let now = self.now()
        return try await writer.write(effects: [.events, .scheduling, .cancels]) { database in
            guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
            switch job.state {
            case .cancelled:
                return job
            case .succeeded, .failed:
                throw JobError(.conflict, "Job \(id) has already \(job.state.rawValue).")
            case .running, .paused:
                try database.execute(
                    sql: """
                        UPDATE jobs SET
                            cancel_requested_at = coalesce(cancel_requested_at, ?),
                            cancel_signal = coalesce(cancel_signal, ?),
                            cancel_grace = CASE WHEN cancel_grace IS NULL
                                THEN coalesce(?, kill_grace)
                                ELSE min(cancel_grace, coalesce(?, cancel_grace)) END
                        WHERE id = ?
                        """,
                    arguments: [now.microseconds, signal ?? 15, grace, grace, id.rawValue])
            case .waiting, .queued:
                try database.execute(
                    sql: """
                        UPDATE jobs SET state = 'cancelled', cancel_requested_at = ?,
                            finished_at = ? WHERE id = ?
                        """,
                    arguments: [now.microseconds, now.microseconds, id.rawValue])
                try EventRow.insert(
                    .end(Event.End(state: .cancelled)), job: id, attempt: job.attempt, time: now,
                    into: database)
            }
            return try Self.job(id, in: database) ?? job
        }
    }

    /// Deletes a finished job with its events.
    ///
    /// Many events go in several transactions, so that a large history does not
    /// hold up everybody else; a deletion that was cut short can be repeated.
    ///
    /// - Throws: `job_not_found`; `conflict` when it is not finished.
    package func delete(_ id: JobID) async throws {
        var isComplete = false
        while !isComplete {
            isComplete = try await writer.write(effects: []) { database in
                guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
                guard job.state.isFinished else {
                    throw JobError(
                        .conflict, "Job \(id) is \(job.state.rawValue). Cancel it first.")
                }
                try database.execute(
                    sql: """
                        DELETE FROM events WHERE id IN
                            (SELECT id FROM events WHERE job_id = ? ORDER BY id LIMIT 5000)
                        """, arguments: [id.rawValue])
                if database.changesCount == 5000 { return false }
                try database.execute(
                    sql: "DELETE FROM jobs WHERE id = ?", arguments: [id.rawValue])
                return true
            }
        }
    }

    /// Which of these jobs exist.
    package func existing(among ids: [JobID]) async throws -> Set<JobID> {
        try await pool.read { database in
            let statement = try database.cachedStatement(sql: "SELECT 1 FROM jobs WHERE id = ?")
            return try Set(
                ids.filter { try Bool.fetchOne(statement, arguments: [$0.rawValue]) == true })
        }
    }

    /// How many jobs are in each state, those without any left out.
    package func jobCounts() async throws -> [JobState: Int] {
        try await pool.read { database in
            var counts: [JobState: Int] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT state, count(*) FROM jobs GROUP BY state")
            while let row = try rows.next() {
                if let state = JobState(rawValue: row[0]) { counts[state] = row[1] }
            }
            return counts
        }
    }

    static func missing(_ id: JobID) -> JobError {
        JobError(.jobNotFound, "There is no job \(id).")
    }
}
