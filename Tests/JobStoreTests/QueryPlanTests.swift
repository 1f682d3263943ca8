import GRDB
import JobModel
import Synchronization
import JobTestSupport
import Testing

@testable import JobStore

/// What SQLite does for the queries that run all the time: seeks in an index,
/// whatever the size of the tables (sqlite.org/eqp.html).
@Suite struct QueryPlanTests {
    /// The statements that a connection runs.
    private final class Trace: Sendable {
        let statements = Mutex<[String]>([])

        func install(_ database: Database) {
            database.trace { event in
                guard case .statement(let statement) = event else { return }
                self.statements.withLock { $0.append(statement.expandedSQL) }
            }
        }
    }

    /// The plan of each statement that begins with `prefix` and that `body` runs.
    private func plans(
        _ fixture: StoreFixture, of prefix: String, _ body: (Store) async throws -> Void
    ) async throws -> [String] {
        let trace = Trace()
        var configuration = Configuration()
        configuration.prepareDatabase { trace.install($0) }
        let time = fixture.now
        let store = try Store(
            path: fixture.directory.database, configuration: configuration, now: { time },
            committed: { _ in })
        defer { try? store.close() }
        try await body(store)
        let found = trace.statements.withLock { $0 }.filter { $0.hasPrefix(prefix) }
        try #require(!found.isEmpty)
        return try await store.pool.read { [found] database in
            try Set(found).sorted().map { sql in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql)
                    .map { $0["detail"] as String }.joined(separator: "\n")
            }
        }
    }

    private func expectSeeks(_ plans: [String], _ steps: [String]) {
        for plan in plans {
            #expect(!plan.contains("SCAN "), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
            for step in steps { #expect(plan.contains(step), "\(plan)") }
        }
    }

    @Test func aClaimSeeksTheOldestQueuedJobs() async throws {
        let fixture = try StoreFixture()
        for _ in 0..<3 { try await fixture.submit() }
        let oldest = try await plans(fixture, of: "SELECT id FROM jobs") {
            _ = try await $0.claim(bootID: "b", limit: 1)
        }
        expectSeeks(oldest, ["SEARCH jobs USING INDEX jobs_queued (queue=?)"])
    }

    /// The queues are few and all looked at; their jobs are not.
    @Test func freeSlotsAreCountedInAnIndex() async throws {
        let fixture = try StoreFixture()
        let counted = try await plans(fixture, of: "SELECT q.name") {
            _ = try await $0.claim(bootID: "b", limit: 1)
        }
        for plan in counted {
            #expect(plan.contains("SEARCH a USING INDEX jobs_active (queue=?)"), "\(plan)")
            #expect(!plan.contains("SCAN a"), "\(plan)")
        }
    }

    @Test func aStreamsNextPageIsOneSeek() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let pages = try await plans(fixture, of: "SELECT e.id") {
            _ = try await $0.events(of: id, after: EventID(rawValue: 1), limit: 100)
        }
        expectSeeks(
            pages,
            [
                "SEARCH e USING INDEX events_by_job (job_id=? AND id>?)",
                "SEARCH events USING COVERING INDEX events_by_job (job_id=?)",
            ])
    }

    @Test func theNextPageOfAllEventsIsOneSeek() async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        let pages = try await plans(fixture, of: "SELECT e.id") {
            _ = try await $0.events(matching: EventFilter(), after: .beginning, limit: 100)
        }
        expectSeeks(pages, ["SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"])
        let filtered = try await plans(fixture, of: "SELECT e.id") {
            var filter = EventFilter()
            filter.queue = "default"
            filter.states = [.running]
            _ = try await $0.events(matching: filter, after: .beginning, limit: 100)
        }
        expectSeeks(
            filtered,
            [
                "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)",
                "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)",
            ])
    }

    @Test func aJobAndItsNewestEventAreSeeks() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let found = try await plans(fixture, of: "SELECT j.id") { _ = try await $0.job(id) }
        expectSeeks(
            found,
            [
                "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)",
                "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
                "SEARCH e USING COVERING INDEX events_by_job (job_id=?)",
            ])
    }

    @Test func aListsNextPageIsASeek() async throws {
        let fixture = try StoreFixture()
        for _ in 0..<3 { try await fixture.submit { $0.name = "n" } }
        func list(_ change: (inout JobFilter) -> Void) async throws -> [String] {
            var filter = JobFilter()
            change(&filter)
            return try await plans(fixture, of: "SELECT j.id") { [filter] store in
                _ = try await store.jobs(
                    matching: filter, before: JobID(rawValue: 3), limit: 10)
            }
        }
        expectSeeks(try await list { _ in }, ["SEARCH j USING INTEGER PRIMARY KEY (rowid<?)"])
        expectSeeks(
            try await list { $0.states = [.queued] },
            ["SEARCH j USING INDEX jobs_by_state (state=? AND id<?)"])
        expectSeeks(
            try await list { $0.name = "n" },
            ["SEARCH j USING INDEX jobs_by_name (name=? AND id<?)"])
        // No index has labels or texts: the newest are looked at, in order, until
        // there are enough.
        expectSeeks(
            try await list { $0.queue = "default" },
            ["SEARCH j USING INTEGER PRIMARY KEY (rowid<?)"])
    }

    /// The first page is read in the order of the key and needs no sorting.
    @Test func aListsFirstPageSortsNothing() async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        let first = try await plans(fixture, of: "SELECT j.id") {
            _ = try await $0.jobs(matching: JobFilter(), before: nil, limit: 10)
        }
        for plan in first { #expect(!plan.contains("TEMP B-TREE"), "\(plan)") }
    }

    @Test func whatIsActiveIsFoundInAnIndex() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.run()
        let active = try await plans(fixture, of: "SELECT j.id, j.attempt") {
            _ = try await $0.activeAttempts()
        }
        for plan in active { #expect(plan.contains("USING INDEX jobs_"), "\(plan)") }
        let orders = try await plans(fixture, of: "SELECT id, attempt") {
            _ = try await $0.cancelOrders()
        }
        for plan in orders { #expect(plan.contains("USING INDEX jobs_"), "\(plan)") }
    }
}
