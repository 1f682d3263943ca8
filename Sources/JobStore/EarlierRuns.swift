import GRDB
import JobModel

/// How long the earlier runs of a name took: looked up once for each name.
struct EarlierRuns {
    private let database: Database
    private var durations: [String: Int64?] = [:]

    init(_ database: Database) {
        self.database = database
    }

    /// How many microseconds a run of this name typically takes; nil when nobody
    /// knows, or when it is not worth an estimate.
    mutating func typicalDuration(of name: String) throws -> Int64? {
        if let known = durations[name] { return known }
        // CROSS, so that the newest runs stay the outer loop, in their order.
        let statement = try database.cachedStatement(
            sql: """
                SELECT a.finished_at - a.started_at - a.paused_time
                FROM jobs j INDEXED BY jobs_succeeded
                    CROSS JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt
                WHERE j.name = ? AND j.state = 'succeeded'
                ORDER BY j.finished_at DESC, j.id DESC LIMIT ?
                """)
        let typical = Estimate.typicalDuration(
            of: try Int64.fetchAll(statement, arguments: [name, Estimate.runs]))
        durations[name] = .some(typical)
        return typical
    }
}
