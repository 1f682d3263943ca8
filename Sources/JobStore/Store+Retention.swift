import GRDB
package import JobModel

/// What of the finished jobs is to be pruned, and giving the space back.
extension Store {
    /// The oldest finished jobs that `retention` does not keep, the oldest first.
    ///
    /// - Parameter limit: how many at most.
    package func prunable(_ retention: Retention, limit: Int) async throws -> [JobID] {
        let now = self.now()
        return try await pool.read { database in
            var excessJobs = 0
            if let keep = retention.jobs {
                let count = try Int.fetchOne(
                    database,
                    sql: """
                        SELECT coalesce(sum(jobs), 0) FROM job_counts
                        WHERE state IN ('succeeded', 'failed', 'cancelled')
                        """)
                excessJobs = (count ?? 0) - keep
            }
            var excessBytes: Int64 = 0
            if let keep = retention.bytes {
                let bytes = try Int64.fetchOne(
                    database, sql: "SELECT bytes FROM kept_output WHERE id = 1")
                excessBytes = (bytes ?? 0).saturating(minus: keep)
            }
            let oldest = try Row.fetchCursor(
                database,
                sql: """
                    SELECT j.id, j.finished_at,
                        (SELECT coalesce(sum(consumed), 0) FROM attempts a WHERE a.job_id = j.id) AS bytes
                    FROM jobs j INDEXED BY jobs_finished WHERE j.finished_at IS NOT NULL
                    ORDER BY j.finished_at, j.id
                    """)
            var ids: [JobID] = []
            while ids.count < limit, let row = try oldest.next() {
                let finishedAt = Timestamp(microseconds: row["finished_at"])
                let isOld = retention.age.map { now - finishedAt > $0 } ?? false
                guard isOld || excessJobs > 0 || excessBytes > 0 else { break }
                ids.append(JobID(rawValue: row["id"]))
                excessJobs -= 1
                excessBytes = excessBytes.saturating(minus: row["bytes"])
            }
            return ids
        }
    }

    /// Finished jobs that somebody wants removed, the oldest first.
    ///
    /// - Parameters:
    ///   - age: only those that finished longer ago; in microseconds.
    ///   - keep: only those that are not among the so many that finished last.
    ///   - limit: how many at most.
    package func prunable(
        matching filter: JobFilter, olderThan age: Int64?, keep: Int?, limit: Int
    ) async throws -> [JobID] {
        let now = self.now()
        return try await pool.read { database in
            var conditions = ["j.finished_at IS NOT NULL"]
            var arguments: StatementArguments = []
            try filter.append(to: &conditions, &arguments)
            if let age {
                conditions.append("j.finished_at < ?")
                arguments += [now.microseconds - age]
            }
            if let keep, keep > 0 {
                conditions.append(
                    """
                    (j.finished_at, j.id) < (SELECT k.finished_at, k.id FROM jobs k
                        INDEXED BY jobs_finished WHERE k.finished_at IS NOT NULL
                        ORDER BY k.finished_at DESC, k.id DESC LIMIT 1 OFFSET ?)
                    """)
                arguments += [keep - 1]
            }
            arguments += [limit]
            return try Int64.fetchAll(
                database,
                sql: """
                    SELECT j.id FROM jobs j INDEXED BY jobs_finished
                    WHERE \(conditions.joined(separator: " AND ")) ORDER BY j.finished_at, j.id LIMIT ?
                    """, arguments: arguments
            ).map(JobID.init(rawValue:))
        }
    }

    /// How much output a job's attempts have left on the disk, in bytes.
    package func storedBytes(of id: JobID) async throws -> Int64 {
        try await pool.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT coalesce(sum(consumed), 0) FROM attempts WHERE job_id = ?",
                arguments: [id.rawValue]) ?? 0
        }
    }

    /// When the job that finished first did so; nil when there is none.
    package func oldestEnd() async throws -> Timestamp? {
        try await pool.read { database in
            JobRow.timestamp(
                try Int64.fetchOne(
                    database,
                    sql: """
                        SELECT min(finished_at) FROM jobs INDEXED BY jobs_finished
                        WHERE finished_at IS NOT NULL
                        """))
        }
    }

    /// Gives pages that deletions have left free back to the file system, a few at
    /// a time (sqlite.org/pragma.html#pragma_incremental_vacuum).
    package func reclaimSpace() async throws {
        var mayHaveMore = true
        while mayHaveMore {
            mayHaveMore = try await writer.write(effects: []) { database in
                func free() throws -> Int {
                    try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
                }
                let before = try free()
                // Each row that the pragma returns is a page that it has freed.
                let pages = try Row.fetchCursor(
                    database, sql: "PRAGMA incremental_vacuum(\(Self.reclaimedAtOnce))")
                while try pages.next() != nil {}
                let after = try free()
                // Without headway (a database that keeps its pages) it ends as well.
                return after > 0 && after < before
            }
        }
    }

    /// Pages: a few milliseconds' work.
    private static let reclaimedAtOnce = 256
}
