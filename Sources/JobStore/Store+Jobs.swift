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
    /// than `before` only. A search that takes long answers with fewer, and says where
    /// it stopped.
    package func jobPage(
        matching filter: JobFilter, before: JobID?, limit: Int
    ) async throws -> JobPage {
        let now = self.now()
        // One more than asked for tells whether there is a next page.
        guard filter.isSearch else {
            let found = try await pool.read { database in
                try Self.jobs(
                    matching: filter, before: before, from: nil, limit: limit + 1, at: now,
                    in: database)
            }
            return Self.page(found, limit, next: nil)
        }
        let start = ContinuousClock.now
        var found: [Job] = []
        var before = before
        while true {
            let rest = limit + 1 - found.count
            let (jobs, lowest) = try await search.step { [before, search] in
                try await pool.read { database in
                    let lowest = try Self.lowest(
                        filter, before: before, among: search.jobs, in: database)
                    let jobs = try Self.jobs(
                        matching: filter, before: before, from: lowest, limit: rest, at: now,
                        in: database)
                    return (jobs, lowest)
                }
            }
            found += jobs
            before = lowest
            if found.count > limit || lowest == nil || ContinuousClock.now - start > search.patience
            {
                return Self.page(found, limit, next: lowest)
            }
        }
    }

    private static func page(_ found: [Job], _ limit: Int, next: JobID?) -> JobPage {
        if found.count <= limit { return JobPage(jobs: found, next: next) }
        return JobPage(jobs: Array(found.prefix(limit)), next: found[limit - 1].id)
    }

    /// The oldest of the next so many jobs that a search looks at; nil when these are
    /// the last.
    private static func lowest(
        _ filter: JobFilter, before: JobID?, among count: Int, in database: Database
    ) throws -> JobID? {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        try filter.withoutSearch.append(to: &conditions, &arguments)
        if let before {
            conditions.append("j.id < ?")
            arguments += [before.rawValue]
        }
        let restriction =
            conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        arguments += [count - 1]
        let statement = try database.cachedStatement(
            sql: "SELECT j.id FROM jobs j \(restriction) ORDER BY j.id DESC LIMIT 1 OFFSET ?")
        return try Int64.fetchOne(statement, arguments: arguments).map(JobID.init(rawValue:))
    }

    private static func jobs(
        matching filter: JobFilter, before: JobID?, from lowest: JobID?, limit: Int,
        at now: Timestamp, in database: Database
    ) throws -> [Job] {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let before {
            conditions.append("j.id < ?")
            arguments += [before.rawValue]
        }
        if let lowest {
            conditions.append("j.id >= ?")
            arguments += [lowest.rawValue]
        }
        try filter.append(to: &conditions, &arguments)
        let restriction =
            conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        arguments += [limit]
        let statement = try database.cachedStatement(
            sql: JobRow.select + restriction + " ORDER BY j.id DESC LIMIT ?")
        var runs = EarlierRuns(database)
        return try Row.fetchAll(statement, arguments: arguments).map {
            try job($0, at: now, after: &runs)
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
