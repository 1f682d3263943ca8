import GRDB
package import JobModel

/// Finding and counting jobs.
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

    /// Those of these jobs that exist, with the number of each one's newest attempt.
    package func newestAttempts(of ids: [JobID]) async throws -> [JobID: Int] {
        try await pool.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT attempt FROM jobs WHERE id = ?")
            var attempts: [JobID: Int] = [:]
            for id in ids {
                attempts[id] = try Int.fetchOne(statement, arguments: [id.rawValue])
            }
            return attempts
        }
    }

    /// How many jobs are in each state, those without any left out.
    package func jobCounts() async throws -> [JobState: Int] {
        try await pool.read { database in
            var counts: [JobState: Int] = [:]
            let rows = try Row.fetchCursor(
                database, sql: "SELECT state, sum(jobs) FROM job_counts GROUP BY state")
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
