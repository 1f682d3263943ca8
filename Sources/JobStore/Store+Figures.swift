// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import GRDB
import Glibc
package import JobModel

/// How much there is of everything, for whoever watches the daemon.
package struct StoreFigures: Sendable {
    /// A queue and the jobs in it that have not finished.
    package struct Line: Sendable {
        package var queue: Queue
        /// How many there are in each unfinished state.
        package var jobs: [JobState: Int]
    }

    /// Every queue, by name.
    package var lines: [Line]
    /// How many finished jobs are kept, by their state.
    package var finished: [JobState: Int]
    /// The newest event's id.
    package var newestEvent: EventID
    /// What was added since the daemon started.
    package var counts: HistoryCounts
    /// How many transactions could not be written since.
    package var writeFailures: Int
    /// The database's own file, in bytes.
    package var databaseBytes: Int64
    /// Its write-ahead log (sqlite.org/wal.html), in bytes.
    package var logBytes: Int64
}

extension Store {
    /// Reads what is counted. It costs a row for each queue.
    package func figures() async throws -> StoreFigures {
        let counts = writer.tally.counts
        let path = pool.path
        var figures = try await pool.read { database in
            let queues = try Row.fetchAll(
                database,
                sql: "SELECT name, slots, paused, resources FROM queues ORDER BY name")
            let jobs = try Self.unfinishedJobs(in: database)
            return StoreFigures(
                lines: try queues.map {
                    let queue = try Self.queue($0)
                    return StoreFigures.Line(queue: queue, jobs: jobs[queue.name] ?? [:])
                },
                finished: try Self.finishedJobs(in: database),
                newestEvent: try Self.newestEvent(in: database), counts: counts,
                writeFailures: 0, databaseBytes: 0, logBytes: 0)
        }
        figures.writeFailures = writer.failureCount
        figures.databaseBytes = Self.size(path)
        figures.logBytes = Self.size(path + "-wal")
        return figures
    }

    /// From the counts that are kept as jobs change.
    private static func unfinishedJobs(
        in database: Database
    ) throws -> [String: [JobState: Int]] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT queue, state, jobs FROM job_counts
                WHERE state IN ('waiting', 'queued', 'running', 'paused')
                """)
        var jobs: [String: [JobState: Int]] = [:]
        while let row = try rows.next() {
            if let state = JobState(rawValue: row[1]) {
                jobs[row[0], default: [:]][state] = row[2]
            }
        }
        return jobs
    }

    private static func finishedJobs(in database: Database) throws -> [JobState: Int] {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT state, sum(jobs) FROM job_counts
                WHERE state IN ('succeeded', 'failed', 'cancelled') GROUP BY state
                """)
        var jobs: [JobState: Int] = [:]
        while let row = try rows.next() {
            if let state = JobState(rawValue: row[0]) { jobs[state] = row[1] }
        }
        return jobs
    }

    /// 0 when there is no such file.
    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
