import GRDB
package import JobModel

/// Removing finished jobs. What a job has left on the disk goes after its rows: until
/// somebody says that it has, `removed_jobs` tells that it must.
extension Store {
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
                guard let state = try Self.state(of: id, in: database) else {
                    throw Self.missing(id)
                }
                guard state.isFinished else {
                    throw JobError(.conflict, "Job \(id) is \(state.rawValue). Cancel it first.")
                }
                var rest = Self.deletedAtOnce
                guard try Self.tellOfEnds(at: now, &effects, in: database) else { return false }
                return try Self.delete(id, &rest, in: database)
            }
        }
    }

    /// Deletes those of these jobs that are finished, with their events, many in one
    /// transaction: the disk's sync is for all of them.
    ///
    /// - Returns: those that were deleted, and how many bytes of output they have left
    ///   on the disk.
    package func delete(_ ids: [JobID]) async throws -> (jobs: [JobID], bytes: Int64) {
        var jobs: [JobID] = []
        var bytes: Int64 = 0
        var next = 0
        while next < ids.count {
            let now = self.now()
            let part = try await writer.write { [next] database, effects in
                var part = (jobs: [JobID](), bytes: Int64(0), next: next)
                guard try Self.tellOfEnds(at: now, &effects, in: database) else { return part }
                var rest = Self.deletedAtOnce
                while part.next < ids.count, rest > 0 {
                    let id = ids[part.next]
                    // Else deleted or run again meanwhile.
                    if try Self.state(of: id, in: database)?.isFinished == true {
                        let size = try Self.storedBytes(of: id, in: database)
                        guard try Self.delete(id, &rest, in: database) else { break }
                        part.jobs.append(id)
                        part.bytes = part.bytes.saturating(plus: size)
                    }
                    part.next += 1
                }
                return part
            }
            jobs += part.jobs
            bytes = bytes.saturating(plus: part.bytes)
            next = part.next
        }
        return (jobs, bytes)
    }

    /// Deleted jobs whose files may still be there.
    package func removedJobs() async throws -> [JobID] {
        try await pool.read { database in
            try Int64.fetchAll(database, sql: "SELECT id FROM removed_jobs ORDER BY id")
                .map(JobID.init(rawValue:))
        }
    }

    /// Forgets deleted jobs, now that their files are gone.
    package func forgetRemoved(_ ids: [JobID]) async throws {
        if ids.isEmpty { return }
        try await writer.write(effects: []) { database in
            let forget = try database.cachedStatement(
                sql: "DELETE FROM removed_jobs WHERE id = ?")
            for id in ids { try forget.execute(arguments: [id.rawValue]) }
        }
    }

    /// Tells those who wait for jobs how these ended, while they are there.
    ///
    /// - Returns: whether all were told; if not, it takes another transaction.
    private static func tellOfEnds(
        at now: Timestamp, _ effects: inout CommitEffects, in database: Database
    ) throws -> Bool {
        var rest = settledAtOnce
        if try settle(&rest, at: now, in: database) {
            effects = [.events, .scheduling, .ends]
        }
        return rest > 0
    }

    private static func state(of id: JobID, in database: Database) throws -> JobState? {
        let state = try database.cachedStatement(sql: "SELECT state FROM jobs WHERE id = ?")
        return try String.fetchOne(state, arguments: [id.rawValue]).flatMap(JobState.init)
    }

    private static func storedBytes(of id: JobID, in database: Database) throws -> Int64 {
        let sum = try database.cachedStatement(
            sql: "SELECT coalesce(sum(consumed), 0) FROM attempts WHERE job_id = ?")
        return try Int64.fetchOne(sum, arguments: [id.rawValue]) ?? 0
    }

    /// Deletes a job, or as many of its events as `rest` allows.
    ///
    /// - Parameter rest: how many rows may still go; it is lowered by what went.
    /// - Returns: whether the job is gone.
    private static func delete(
        _ id: JobID, _ rest: inout Int, in database: Database
    ) throws -> Bool {
        let events = try database.cachedStatement(
            sql: """
                DELETE FROM events WHERE id IN
                    (SELECT id FROM events WHERE job_id = ? ORDER BY id LIMIT ?)
                """)
        try events.execute(arguments: [id.rawValue, rest])
        let mayHaveMore = database.changesCount == rest
        rest -= database.changesCount
        if mayHaveMore { return false }
        try database.cachedStatement(sql: "DELETE FROM jobs WHERE id = ?")
            .execute(arguments: [id.rawValue])
        rest -= 1
        return true
    }

    /// How many rows are deleted within one transaction: a few milliseconds' work.
    private static let deletedAtOnce = 2000
}
