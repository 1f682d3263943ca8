import GRDB
import JobModel

/// Jobs that come after others.
///
/// A job that finishes while others wait for it is marked `unsettled`; settling
/// tells those that wait, and some of them finish thereby and are marked in turn.
/// A long chain is settled in several transactions, none of which is long.
extension Store {
    /// How many jobs are told within the transaction that finishes one; the rest
    /// is left to the scheduler's next look.
    static let settledAtOnce = 200

    /// Notes what a job comes after. Something among that which has finished
    /// already counts as if it finished now.
    static func insertDependencies(
        of id: JobID, _ submission: Submission, siblings: [JobID], at now: Timestamp,
        into database: Database
    ) throws {
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO dependencies (job_id, needs_id, is_open) VALUES (?, ?, 1)
                """)
        let mark = try database.cachedStatement(
            sql: """
                UPDATE jobs SET unsettled = 1 WHERE id = ? AND unsettled = 0
                    AND state IN ('succeeded', 'failed', 'cancelled')
                """)
        for needed in submission.spec.after + siblings {
            try insert.execute(arguments: [id.rawValue, needed.rawValue])
            try mark.execute(arguments: [needed.rawValue])
        }
    }

    /// Marks a job that has just finished, if anybody waits for it.
    static func markUnsettled(_ id: JobID, in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET unsettled = 1 WHERE id = ?1 AND EXISTS (
                    SELECT 1 FROM dependencies INDEXED BY dependencies_open
                    WHERE needs_id = ?1 AND is_open = 1)
                """
        ).execute(arguments: [id.rawValue])
    }

    /// Tells those who wait for finished jobs.
    ///
    /// - Parameter limit: how many at most; what is left of it.
    /// - Returns: whether anybody was told.
    @discardableResult
    static func settle(
        _ limit: inout Int, at now: Timestamp, in database: Database
    ) throws -> Bool {
        var isAnybodyTold = false
        let next = try database.cachedStatement(
            sql: """
                SELECT id, state, failure FROM jobs INDEXED BY jobs_unsettled
                WHERE unsettled = 1 LIMIT 1
                """)
        let waiting = try database.cachedStatement(
            sql: """
                SELECT job_id FROM dependencies INDEXED BY dependencies_open
                WHERE needs_id = ? AND is_open = 1 LIMIT ?
                """)
        while limit > 0, let row = try Row.fetchOne(next) {
            let needed = JobID(rawValue: row["id"])
            let state = JobState(rawValue: row["state"])
            // One that was run again meanwhile is waited for once more.
            let isFinished = state?.isFinished == true
            let ids =
                isFinished
                ? try Int64.fetchAll(waiting, arguments: [needed.rawValue, limit]) : []
            isAnybodyTold = isAnybodyTold || !ids.isEmpty
            for id in ids.map(JobID.init(rawValue:)) {
                try tell(
                    id, that: needed, hasSucceeded: state == .succeeded,
                    state?.rawValue ?? "", at: now, in: database)
            }
            if ids.count < limit {
                try database.execute(
                    sql: "UPDATE jobs SET unsettled = 0 WHERE id = ?",
                    arguments: [needed.rawValue])
            }
            limit -= max(ids.count, 1)
        }
        return isAnybodyTold
    }

    /// Tells a job that one it waits for has finished.
    private static func tell(
        _ id: JobID, that needed: JobID, hasSucceeded: Bool, _ word: String, at now: Timestamp,
        in database: Database
    ) throws {
        try database.cachedStatement(
            sql: "UPDATE dependencies SET is_open = 0 WHERE job_id = ? AND needs_id = ?"
        ).execute(arguments: [id.rawValue, needed.rawValue])
        guard let job = try job(id, in: database), job.waitingFor == .jobs else { return }
        if hasSucceeded || job.spec.afterPolicy == .finished {
            guard try !hasOpenDependencies(id, in: database) else { return }
            try place(
                job,
                Standing(isHeld: false, retryAt: nil, notBefore: job.spec.notBefore, now: now),
                at: now, in: database)
            return
        }
        let error =
            "Job \(needed), which it was to come after, \(word == "failed" ? "" : "was ")"
            + "\(word)."
        try closeDependencies(of: id, in: database)
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'failed', waiting_for = NULL, wake_at = NULL,
                    finished_at = ?, failure = 'dependency', error = ?, exit_code = NULL,
                    signal = NULL
                WHERE id = ?
                """
        ).execute(arguments: [now.microseconds, error, id.rawValue])
        try EventRow.insert(
            .end(Event.End(state: .failed, failure: .dependency, error: error)), job: id,
            attempt: job.attempt, time: now, into: database)
        try markUnsettled(id, in: database)
    }

    /// Puts a job that is not running where it now stands, and tells of it.
    ///
    /// - Parameter actor: who caused it; nil when it came about by itself.
    /// - Returns: whether that is another place, and so an event.
    @discardableResult
    static func place(
        _ job: Job, _ standing: Standing, at now: Timestamp, by actor: Identity? = nil,
        in database: Database
    ) throws -> Bool {
        try database.cachedStatement(
            sql: "UPDATE jobs SET state = ?, waiting_for = ?, wake_at = ? WHERE id = ?"
        ).execute(arguments: [
            standing.state.rawValue, standing.waitingFor?.rawValue,
            standing.wakeAt?.microseconds, job.id.rawValue,
        ])
        if standing.state == job.state, standing.waitingFor == job.waitingFor { return false }
        try EventRow.insert(
            .state(standing.change), job: job.id, attempt: job.attempt, time: now, by: actor,
            into: database)
        return true
    }

    static func hasOpenDependencies(_ id: JobID, in database: Database) throws -> Bool {
        let open = try database.cachedStatement(
            sql: "SELECT 1 FROM dependencies WHERE job_id = ? AND is_open = 1 LIMIT 1")
        return try Bool.fetchOne(open, arguments: [id.rawValue]) == true
    }

    /// Nothing is waited for any more.
    static func closeDependencies(of id: JobID, in database: Database) throws {
        try database.cachedStatement(
            sql: "UPDATE dependencies SET is_open = 0 WHERE job_id = ? AND is_open = 1"
        ).execute(arguments: [id.rawValue])
    }
}
