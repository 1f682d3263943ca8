import GRDB
package import JobModel

/// Finding and deleting jobs.
extension Store {
    /// A job; nil when there is none of that id.
    package func job(_ id: JobID) async throws -> Job? {
        let now = self.now()
        return try await pool.read { try Self.job(id, at: now, in: $0) }
    }

    /// A job as it is stored, without an estimate.
    static func job(_ id: JobID, in database: Database) throws -> Job? {
        try row(id, in: database).map(JobRow.decode)
    }

    /// The row of a job, for `JobRow.decode`.
    static func row(_ id: JobID, in database: Database) throws -> Row? {
        let statement = try database.cachedStatement(sql: JobRow.select + " WHERE j.id = ?")
        return try Row.fetchOne(statement, arguments: [id.rawValue])
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
        let now = self.now()
        return try await pool.read { [arguments] database in
            var runs = EarlierRuns(database)
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map {
                try Self.job($0, at: now, after: &runs)
            }
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
            let now = self.now()
            isComplete = try await writer.write { database, effects in
                guard let job = try Self.job(id, in: database) else { throw Self.missing(id) }
                guard job.state.isFinished else {
                    throw JobError(
                        .conflict, "Job \(id) is \(job.state.rawValue). Cancel it first.")
                }
                // Whoever waits for it is told how it ended, while it is there.
                var rest = Self.settledAtOnce
                if try Self.settle(&rest, at: now, in: database) {
                    effects = [.events, .scheduling, .ends]
                }
                if rest <= 0 { return false }
                try database.execute(
                    sql: """
                        DELETE FROM events WHERE id IN
                            (SELECT id FROM events WHERE job_id = ? ORDER BY id LIMIT ?)
                        """, arguments: [id.rawValue, Self.deletedAtOnce])
                if database.changesCount == Self.deletedAtOnce { return false }
                try database.execute(
                    sql: "DELETE FROM jobs WHERE id = ?", arguments: [id.rawValue])
                return true
            }
        }
    }

    /// How many events are deleted within one transaction: a few milliseconds' work.
    private static let deletedAtOnce = 2000

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

    /// The error for a job that is not there.
    package static func missing(_ id: JobID) -> JobError {
        JobError(.jobNotFound, "There is no job \(id).")
    }
}
