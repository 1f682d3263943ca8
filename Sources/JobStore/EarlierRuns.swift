import GRDB
import JobModel

/// How long an owner's earlier runs of a name took: looked up once for each.
struct EarlierRuns {
    private let database: Database
    private var durations: [Key: Int64?] = [:]

    private struct Key: Hashable {
        let name: String
        let owner: Identity?
    }

    init(_ database: Database) {
        self.database = database
    }

    /// How many microseconds a run of this name by this owner typically takes; nil
    /// when nobody knows, or when it is not worth an estimate.
    mutating func typicalDuration(of name: String, by owner: Identity?) throws -> Int64? {
        let key = Key(name: name, owner: owner)
        if let known = durations[key] { return known }
        // CROSS, so that the newest runs stay the outer loop, in their order.
        let statement = try database.cachedStatement(
            sql: """
                SELECT a.finished_at - a.started_at - a.paused_time
                FROM jobs j INDEXED BY jobs_succeeded
                    CROSS JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt
                WHERE j.name = ? AND j.owner IS ? AND j.state = 'succeeded'
                ORDER BY j.finished_at DESC, j.id DESC LIMIT ?
                """)
        let typical = Estimate.typicalDuration(
            of: try Int64.fetchAll(statement, arguments: [name, owner?.rawValue, Estimate.runs]))
        durations[key] = .some(typical)
        return typical
    }
}
