import GRDB
package import JobModel

/// An attempt that is under way, as the store knows it.
package struct ActiveAttempt: Hashable, Sendable {
    package var attempt: AttemptID
    package var spec: JobSpec
    /// The machine's run in which it was claimed.
    package var bootID: String
    /// Up to which byte of the journal its events were derived.
    package var consumed: UInt64
    /// When the newest reading that is stored was made, of those derived from the
    /// journal: one taken from files tells a tracker nothing about its own.
    package var newestReading: Timestamp?
    /// What it was given of its queue's resources.
    package var granted: [String: Grant]
    /// What is asked of it.
    package var orders: AttemptOrders
}

/// What is asked of an attempt that is under way.
package struct AttemptOrders: Hashable, Sendable {
    /// A cancel that was asked for.
    package var cancel: CancelOrder?
    /// Whether its processes are to stand still.
    package var isPaused: Bool
    /// Signals that have not been delivered.
    package var signals: [SignalOrder]

    package init(
        cancel: CancelOrder? = nil, isPaused: Bool = false, signals: [SignalOrder] = []
    ) {
        self.cancel = cancel
        self.isPaused = isPaused
        self.signals = signals
    }
}

/// A signal that somebody wants delivered.
package struct SignalOrder: Hashable, Sendable {
    /// Names the order.
    package var id: Int64
    package var signal: Int32
    /// Whether to all of the job's processes, or to the command itself only.
    package var isForTree: Bool
}

/// A cancel that was asked for and is to be carried out.
package struct CancelOrder: Hashable, Sendable {
    /// The signal to begin with.
    package var signal: Int32
    /// Microseconds until KILL.
    package var grace: Int64
}

/// Following and finishing attempts: what the scheduler writes.
extension Store {
    /// Every attempt that is under way.
    package func activeAttempts() async throws -> [ActiveAttempt] {
        try await pool.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT j.id, j.attempt, a.boot_id, a.consumed, a.granted, j.state,
                           j.cancel_requested_at, j.cancel_signal, j.cancel_grace,
                           CASE WHEN e.source = :files THEN
                               (SELECT d.time FROM events d WHERE d.job_id = j.id
                                    AND d.attempt = j.attempt AND d.kind = 'progress'
                                    AND d.source <> :files
                                ORDER BY d.id DESC LIMIT 1)
                           ELSE e.time END AS reading
                    FROM jobs j JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt
                        LEFT JOIN events e ON e.id = j.progress_event
                    WHERE j.state IN ('running', 'paused') ORDER BY j.id
                    """, arguments: ["files": ProgressSource.files.rawValue])
            return try rows.compactMap { row in
                let id = JobID(rawValue: row["id"])
                guard let job = try Self.job(id, in: database) else { return nil }
                return ActiveAttempt(
                    attempt: AttemptID(job: id, number: row["attempt"]), spec: job.spec,
                    bootID: row["boot_id"], consumed: row["consumed"],
                    newestReading: JobRow.timestamp(row["reading"]),
                    granted: try Columns.grants(row["granted"]),
                    orders: try Self.orders(row, in: database))
            }
        }
    }

    /// What is asked of the attempts that are under way.
    package func orders() async throws -> [AttemptID: AttemptOrders] {
        try await pool.read { database in
            var orders: [AttemptID: AttemptOrders] = [:]
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT id, attempt, state, cancel_requested_at, cancel_signal, cancel_grace
                    FROM jobs WHERE state IN ('running', 'paused')
                    """)
            for row in rows {
                let attempt = AttemptID(job: JobID(rawValue: row["id"]), number: row["attempt"])
                orders[attempt] = try Self.orders(row, in: database)
            }
            return orders
        }
    }

    /// Forgets signals that were delivered.
    package func removeSignals(_ orders: [SignalOrder]) async throws {
        try await writer.write(effects: []) { database in
            let delete = try database.cachedStatement(sql: "DELETE FROM signals WHERE id = ?")
            for order in orders { try delete.execute(arguments: [order.id]) }
        }
    }

    private static func orders(_ row: Row, in database: Database) throws -> AttemptOrders {
        let signals = try database.cachedStatement(
            sql: """
                SELECT id, signal, tree FROM signals INDEXED BY signals_by_job
                WHERE job_id = ? AND attempt = ? ORDER BY id
                """)
        return AttemptOrders(
            cancel: cancelOrder(row), isPaused: row["state"] == JobState.paused.rawValue,
            signals: try Row.fetchAll(signals, arguments: [row["id"], row["attempt"]]).map {
                SignalOrder(
                    id: $0["id"], signal: JobRow.small($0["signal"]) ?? 0, isForTree: $0["tree"])
            })
    }

    private static func cancelOrder(_ row: Row) -> CancelOrder? {
        guard (row["cancel_requested_at"] as Int64?) != nil else { return nil }
        return CancelOrder(
            signal: JobRow.small(row["cancel_signal"]) ?? 15, grace: row["cancel_grace"] ?? 0)
    }

    /// Stores readings of an attempt together with how far its journal has been
    /// consumed, so that each reading is derived once whatever dies when.
    ///
    /// Nothing is written when the attempt is no longer the job's, or not active.
    package func record(
        _ readings: [StampedProgress], of attempt: AttemptID, consumed: UInt64
    ) async throws {
        try await writer.write(effects: .events, grows: true) { database in
            guard try Self.isActive(attempt, in: database) else { return }
            try Self.insert(readings, of: attempt, consumed: consumed, into: database)
        }
    }

    /// Ends an attempt, and the job with it, unless there is to be another.
    ///
    /// A cancel that was asked for wins over however the command ended. Nothing
    /// is written when the attempt is no longer the job's, or not active: a late
    /// exit overwrites nothing.
    package func finish(
        _ attempt: AttemptID, with outcome: Outcome, readings: [StampedProgress], consumed: UInt64
    ) async throws {
        try await allowForStep()
        let clock = self.now
        let chance = self.chance()
        try await writer.write(effects: [.events, .scheduling, .ends]) { database in
            let now = clock()
            guard let job = try Self.job(attempt.job, in: database), job.attempt == attempt.number,
                job.state.isActive
            else { return }
            let transition = Self.transition(of: job, after: outcome)
            guard let state = transition.next(from: job.state) else { return }
            try Self.insert(readings, of: attempt, consumed: consumed, into: database)
            // By the clock as it is now, which the pause is counted by.
            let endedAt = min(outcome.time, now)
            var outcome = outcome
            if transition == .cancel || transition == .succeed {
                outcome.failure = nil
                outcome.error = nil
            }
            // When the clock was set back meanwhile, the end is told by the clock that
            // the beginning was told by: it is neither before it nor too close to it.
            if let startedAt = job.startedAt {
                outcome.time = max(outcome.time, startedAt + max(outcome.duration ?? 0, 0))
            }
            outcome.state = transition == .retryLater ? .failed : state
            try Self.close(attempt, with: outcome, in: database)
            if transition == .retryLater {
                try Self.holdForRetry(
                    job, outcome, endedAt: endedAt, chance: chance, in: database)
            } else {
                try Self.finish(job, outcome, in: database)
                var rest = Self.settledAtOnce
                try Self.settle(&rest, at: now, in: database)
            }
        }
    }

    private static func transition(of job: Job, after outcome: Outcome) -> Transition {
        if job.cancelRequestedAt != nil || outcome.state == .cancelled { return .cancel }
        if outcome.state == .succeeded { return .succeed }
        if let retry = job.spec.retry, let failure = outcome.failure, retry.on.contains(failure),
            job.attempt < job.attemptLimit
        {
            return .retryLater
        }
        return .fail
    }

    /// Notes what an attempt came to.
    private static func close(
        _ attempt: AttemptID, with outcome: Outcome, in database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                UPDATE attempts SET finished_at = ?1, state = ?, exit_code = ?, signal = ?,
                    failure = ?, error = ?, cpu = ?, max_rss_bytes = ?, output_bytes = ?,
                    paused_time = paused_time + max(0, ?1 - coalesce(paused_at, ?1)),
                    paused_at = NULL
                WHERE job_id = ? AND number = ?
                """
        ).execute(arguments: [
            outcome.time.microseconds, outcome.state.rawValue, outcome.exitCode, outcome.signal,
            outcome.failure?.rawValue, outcome.error, outcome.usage?.cpuMicroseconds,
            outcome.usage?.maxRSSBytes, outcome.usage?.outputBytes, attempt.job.rawValue,
            attempt.number,
        ])
        try database.cachedStatement(sql: "DELETE FROM signals WHERE job_id = ?")
            .execute(arguments: [attempt.job.rawValue])
    }

    private static func finish(_ job: Job, _ outcome: Outcome, in database: Database) throws {
        try update(job, outcome, state: outcome.state, retryAt: nil, wakeAt: nil, in: database)
        let actor = try outcome.state == .cancelled ? cancelActor(of: job.id, in: database) : nil
        try EventRow.insert(
            .end(
                Event.End(
                    state: outcome.state, exitCode: outcome.exitCode, signal: outcome.signal,
                    failure: outcome.failure, error: outcome.error)),
            job: job.id, attempt: job.attempt, time: outcome.time, by: actor, into: database)
        try markUnsettled(job.id, in: database)
    }

    /// Who asked for a job's cancel.
    private static func cancelActor(of id: JobID, in database: Database) throws -> Identity? {
        let statement = try database.cachedStatement(
            sql: "SELECT cancel_actor FROM jobs WHERE id = ?")
        return try String.fetchOne(statement, arguments: [id.rawValue])
            .flatMap(Identity.init(rawValue:))
    }

    /// The attempt failed and there will be another.
    private static func holdForRetry(
        _ job: Job, _ outcome: Outcome, endedAt: Timestamp, chance: Double,
        in database: Database
    ) throws {
        guard let retry = job.spec.retry else { return }
        let pause = retry.pause(afterFailure: job.failuresInARow, chance: chance)
        let retryAt = endedAt + pause
        let wakeAt = max(retryAt, job.spec.notBefore ?? retryAt)
        try update(
            job, outcome, state: .waiting, retryAt: retryAt, wakeAt: wakeAt, in: database)
        try EventRow.insert(
            .state(
                Event.StateChange(
                    .waiting, waitingFor: .retry, exitCode: outcome.exitCode,
                    signal: outcome.signal, failure: outcome.failure, error: outcome.error)),
            job: job.id, attempt: job.attempt, time: outcome.time, into: database)
    }

    private static func update(
        _ job: Job, _ outcome: Outcome, state: JobState, retryAt: Timestamp?,
        wakeAt: Timestamp?, in database: Database
    ) throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET state = ?, waiting_for = ?, retry_at = ?, wake_at = ?,
                    finished_at = ?, exit_code = ?, signal = ?, failure = ?, error = ?,
                    cpu = ?, max_rss_bytes = ?, output_bytes = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            state.rawValue, state == .waiting ? WaitReason.retry.rawValue : nil,
            retryAt?.microseconds, wakeAt?.microseconds,
            state.isFinished ? outcome.time.microseconds : nil, outcome.exitCode,
            outcome.signal, outcome.failure?.rawValue, outcome.error,
            outcome.usage?.cpuMicroseconds, outcome.usage?.maxRSSBytes,
            outcome.usage?.outputBytes, job.id.rawValue,
        ])
    }

    /// A job's attempts, the oldest first.
    package func attempts(of job: JobID) async throws -> [Attempt] {
        try await pool.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT number, started_at, finished_at, state, exit_code, signal, failure,
                           error, cpu, max_rss_bytes, output_bytes, granted
                    FROM attempts WHERE job_id = ? ORDER BY number
                    """, arguments: [job.rawValue]
            ).map { row in
                let state: String? = row["state"]
                let failure: String? = row["failure"]
                return Attempt(
                    number: row["number"], startedAt: Timestamp(microseconds: row["started_at"]),
                    finishedAt: JobRow.timestamp(row["finished_at"]),
                    state: state.flatMap(JobState.init(rawValue:)),
                    exitCode: JobRow.small(row["exit_code"]),
                    signal: JobRow.small(row["signal"]),
                    failure: failure.flatMap(Failure.init(rawValue:)),
                    error: row["error"], usage: JobRow.usage(row),
                    granted: try Columns.grants(row["granted"]))
            }
        }
    }

    private static func isActive(_ attempt: AttemptID, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                SELECT 1 FROM jobs WHERE id = ? AND attempt = ? AND state IN ('running', 'paused')
                """)
        return try Bool.fetchOne(
            statement, arguments: [attempt.job.rawValue, attempt.number]) == true
    }

    private static func insert(
        _ readings: [StampedProgress], of attempt: AttemptID, consumed: UInt64,
        into database: Database
    ) throws {
        var newest: EventID?
        for reading in readings {
            newest = try EventRow.insert(
                .progress(reading.progress), job: attempt.job, attempt: attempt.number,
                time: reading.time, into: database)
        }
        if let newest {
            try database.cachedStatement(sql: "UPDATE jobs SET progress_event = ? WHERE id = ?")
                .execute(arguments: [newest.rawValue, attempt.job.rawValue])
        }
        try database.cachedStatement(
            sql: """
                UPDATE attempts SET consumed = ?, measured = max(measured, ?)
                WHERE job_id = ? AND number = ?
                """
        ).execute(arguments: [
            consumed, readings.contains { $0.progress.isMeasured }, attempt.job.rawValue,
            attempt.number,
        ])
    }
}
