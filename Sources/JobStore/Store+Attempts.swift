import GRDB
package import JobModel

/// A job that was given a slot.
package struct Claim: Hashable, Sendable {
    package var attempt: AttemptID
    package var spec: JobSpec
}

/// An attempt that is under way, as the store knows it.
package struct ActiveAttempt: Hashable, Sendable {
    package var attempt: AttemptID
    package var spec: JobSpec
    /// The machine's run in which it was claimed.
    package var bootID: String
    /// Up to which byte of the journal its events were derived.
    package var consumed: UInt64
    /// When the newest reading that is stored was taken.
    package var newestReading: Timestamp?
    /// A cancel that was asked for.
    package var cancel: CancelOrder?
}

/// A cancel that was asked for and is to be carried out.
package struct CancelOrder: Hashable, Sendable {
    /// The signal to begin with.
    package var signal: Int32
    /// Microseconds until KILL.
    package var grace: Int64
}

/// Claiming, following and finishing attempts: what the scheduler writes.
extension Store {
    /// Gives free slots to queued jobs, the oldest first: queued → running, a new
    /// attempt, and the event that says so, in one transaction.
    package func claim(bootID: String, limit: Int) async throws -> [Claim] {
        let now = self.now()
        return try await writer.write(effects: .events) { database in
            let eligible = try Self.eligible(limit: limit, in: database)
            var claims: [Claim] = []
            for id in eligible {
                guard let job = try Self.job(id, in: database) else { continue }
                let number = job.attempt + 1
                try database.cachedStatement(
                    sql: """
                        UPDATE jobs SET state = 'running', attempt = ?, progress_event = NULL,
                            started_at = ?, exit_code = NULL, signal = NULL, error = NULL,
                            cpu = NULL, max_rss_bytes = NULL, output_bytes = NULL
                        WHERE id = ? AND state = 'queued'
                        """
                ).execute(arguments: [number, now.microseconds, id.rawValue])
                try database.cachedStatement(
                    sql: """
                        INSERT INTO attempts (job_id, number, boot_id, started_at)
                        VALUES (?, ?, ?, ?)
                        """
                ).execute(arguments: [id.rawValue, number, bootID, now.microseconds])
                try EventRow.insert(
                    .state(.running), job: id, attempt: number, time: now, into: database)
                claims.append(Claim(attempt: AttemptID(job: id, number: number), spec: job.spec))
            }
            return claims
        }
    }

    /// The jobs whose turn it is: of each queue the oldest queued ones, as many as
    /// it has free slots. Each step is a seek in a partial index, whatever the
    /// number of jobs that wait.
    private static func eligible(limit: Int, in database: Database) throws -> [JobID] {
        let queues = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT q.name, q.slots - (SELECT count(*) FROM jobs a INDEXED BY jobs_active
                        WHERE a.queue = q.name AND a.state IN ('running', 'paused')) AS free
                    FROM queues q WHERE q.paused = 0
                    """))
        let oldest = try database.cachedStatement(
            sql: """
                SELECT id FROM jobs INDEXED BY jobs_queued
                WHERE queue = ? AND state = 'queued' ORDER BY id LIMIT ?
                """)
        var eligible: [JobID] = []
        for queue in queues {
            let name: String = queue["name"]
            let free: Int = min(queue["free"], limit - eligible.count)
            guard free > 0 else { continue }
            eligible += try Int64.fetchAll(oldest, arguments: [name, free])
                .map(JobID.init(rawValue:))
        }
        return eligible
    }

    /// Every attempt that is under way.
    package func activeAttempts() async throws -> [ActiveAttempt] {
        try await pool.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT j.id, j.attempt, a.boot_id, a.consumed, j.cancel_requested_at,
                           j.cancel_signal, j.cancel_grace, e.time AS reading
                    FROM jobs j JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt
                        LEFT JOIN events e ON e.id = j.progress_event
                    WHERE j.state IN ('running', 'paused') ORDER BY j.id
                    """)
            return try rows.compactMap { row in
                let id = JobID(rawValue: row["id"])
                guard let job = try Self.job(id, in: database) else { return nil }
                return ActiveAttempt(
                    attempt: AttemptID(job: id, number: row["attempt"]), spec: job.spec,
                    bootID: row["boot_id"], consumed: row["consumed"],
                    newestReading: JobRow.timestamp(row["reading"]),
                    cancel: Self.cancelOrder(row))
            }
        }
    }

    /// The cancels that are asked for and have not led to an end yet.
    package func cancelOrders() async throws -> [AttemptID: CancelOrder] {
        try await pool.read { database in
            var orders: [AttemptID: CancelOrder] = [:]
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT id, attempt, cancel_requested_at, cancel_signal, cancel_grace
                    FROM jobs WHERE state IN ('running', 'paused')
                        AND cancel_requested_at IS NOT NULL
                    """)
            while let row = try rows.next() {
                let attempt = AttemptID(job: JobID(rawValue: row["id"]), number: row["attempt"])
                orders[attempt] = Self.cancelOrder(row)
            }
            return orders
        }
    }

    private static func cancelOrder(_ row: Row) -> CancelOrder? {
        guard (row["cancel_requested_at"] as Int64?) != nil else { return nil }
        return CancelOrder(signal: row["cancel_signal"] ?? 15, grace: row["cancel_grace"] ?? 0)
    }

    /// Stores readings of an attempt together with how far its journal has been
    /// consumed, so that each reading is derived once whatever dies when.
    ///
    /// Nothing is written when the attempt is no longer the job's, or not active.
    package func record(
        _ readings: [StampedProgress], of attempt: AttemptID, consumed: UInt64
    ) async throws {
        try await writer.write(effects: .events) { database in
            guard try Self.isActive(attempt, in: database) else { return }
            try Self.insert(readings, of: attempt, consumed: consumed, into: database)
        }
    }

    /// Ends an attempt, and the job with it.
    ///
    /// A cancel that was asked for wins over however the command ended. Nothing
    /// is written when the attempt is no longer the job's, or not active: a late
    /// exit overwrites nothing.
    package func finish(
        _ attempt: AttemptID, with outcome: Outcome, readings: [StampedProgress], consumed: UInt64
    ) async throws {
        try await writer.write(effects: [.events, .scheduling]) { database in
            guard let job = try Self.job(attempt.job, in: database), job.attempt == attempt.number
            else { return }
            let transition: Transition
            if job.cancelRequestedAt != nil || outcome.state == .cancelled {
                transition = .cancel
            } else if outcome.state == .succeeded {
                transition = .succeed
            } else {
                transition = .fail
            }
            guard job.state.isActive, let state = transition.next(from: job.state) else { return }
            try Self.insert(readings, of: attempt, consumed: consumed, into: database)
            let end = Event.End(
                state: state, exitCode: outcome.exitCode, signal: outcome.signal,
                failure: state == .failed ? outcome.failure : nil,
                error: state == .failed ? outcome.error : nil)
            // A step back of the clock must not make a job end before it began.
            let time = max(outcome.time, job.startedAt ?? outcome.time)
            try database.cachedStatement(
                sql: """
                    UPDATE jobs SET state = ?, finished_at = ?, exit_code = ?, signal = ?,
                        failure = ?, error = ?, cpu = ?, max_rss_bytes = ?, output_bytes = ?
                    WHERE id = ?
                    """
            ).execute(arguments: [
                state.rawValue, time.microseconds, end.exitCode, end.signal,
                end.failure?.rawValue, end.error, outcome.usage?.cpuMicroseconds,
                outcome.usage?.maxRSSBytes, outcome.usage?.outputBytes, attempt.job.rawValue,
            ])
            try database.cachedStatement(
                sql: "UPDATE attempts SET finished_at = ? WHERE job_id = ? AND number = ?"
            ).execute(arguments: [time.microseconds, attempt.job.rawValue, attempt.number])
            try EventRow.insert(
                .end(end), job: attempt.job, attempt: attempt.number, time: time, into: database)
        }
    }

    /// Sets how many attempts of a queue's jobs may run at once.
    package func setSlots(_ slots: Int, ofQueue name: String) async throws {
        try await writer.write(effects: .scheduling) { database in
            try database.execute(
                sql: "UPDATE queues SET slots = ? WHERE name = ?", arguments: [slots, name])
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
            sql: "UPDATE attempts SET consumed = ? WHERE job_id = ? AND number = ?"
        ).execute(arguments: [consumed, attempt.job.rawValue, attempt.number])
    }
}
