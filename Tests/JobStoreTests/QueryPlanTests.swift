import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// What SQLite does for everything that runs all the time: seeks in an index,
/// whatever the size of the tables. (There are no statistics: `ANALYZE` is never
/// run, so the plans are the same for everybody.)
@Suite struct QueryPlanTests {
    /// How SQLite would run each statement that `body` runs, a line for each step.
    private func plans(
        _ fixture: StoreFixture, _ body: (Store) async throws -> Void
    ) async throws -> [String] {
        let trace = StatementTrace()
        var configuration = Configuration()
        configuration.prepareDatabase { trace.install($0) }
        let time = fixture.now
        let store = try Store(
            path: fixture.directory.database, configuration: configuration, now: { time },
            committed: { _ in })
        defer { try? store.close() }
        _ = trace.takeStatements()
        try await body(store)
        let words = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"]
        let found = trace.takeStatements().filter { sql in
            // The library looks there whether the file is a database.
            words.contains { sql.hasPrefix($0) } && !sql.contains("sqlite_master")
        }
        try #require(!found.isEmpty)
        return try await store.pool.read { database in
            try found.map { try StatementTrace.plan(of: $0, database).joined(separator: "\n") }
        }
    }

    /// What is done in each step, and nothing is scanned but indexes that have
    /// only what is to be done.
    private func expectSeeks(_ plans: [String], _ steps: [String]) {
        let allowed = [
            "SCAN queues USING INDEX queues_ready", "SCAN jobs USING INDEX jobs_unsettled",
            // Those whose secrets are to be taken out of the log, by the next look.
            "SCAN wiped_jobs",
        ]
        for line in plans.joined(separator: "\n").split(separator: "\n") {
            #expect(!line.hasPrefix("SCAN") || allowed.contains(String(line)), "\(line)")
            #expect(!line.contains("TEMP B-TREE"), "\(line)")
            #expect(!line.contains("AUTOMATIC"), "\(line)")
        }
        for step in steps { #expect(plans.contains { $0.contains(step) }, "\(step)") }
    }

    /// Jobs of every kind, of which the first has failed.
    private func fill(_ fixture: StoreFixture) async throws -> JobID {
        _ = try await fixture.store.setQueue(
            "default", QueueChange(slots: 2, resources: ["gpu": .names(["0"])]))
        let first = try await fixture.submit { $0.retry = RetryPolicy(backoff: 0, on: [.exit]) }
        _ = try await fixture.submit(chain: [[], [0], [1]]) { $0.after = [first.id] }
        try await fixture.submit { $0.resources = ["gpu": 1] }
        try await fixture.submit { $0.resources = ["gpu": 1] }
        let now = fixture.now
        try await fixture.submit { $0.notBefore = now + 5 }
        try await fixture.submit { $0.notBefore = now + 500 }
        return first.id
    }

    private static let job = [
        "SEARCH j USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH p USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH t USING PRIMARY KEY (job_id=? AND number=?)",
        "SEARCH d USING PRIMARY KEY (job_id=?)",
        "SEARCH e USING COVERING INDEX events_by_job (job_id=?)",
    ]

    private static let claim = [
        "SCAN queues USING INDEX queues_ready",
        "SEARCH jobs USING COVERING INDEX jobs_active (queue=?)",
        "SEARCH jobs USING COVERING INDEX jobs_queued (queue=? AND resources>?)",
        "SEARCH jobs USING COVERING INDEX jobs_queued (queue=? AND resources=?)",
        "SEARCH j USING INDEX jobs_active (queue=?)",
        "SEARCH a USING PRIMARY KEY (job_id=? AND number=?)",
        "SEARCH queues USING PRIMARY KEY (name=?)",
    ]

    private static let wake = [
        "SEARCH jobs USING COVERING INDEX jobs_waking (wake_at<?)",
        "SEARCH jobs USING COVERING INDEX jobs_waking (wake_at>?)",
    ]

    private static let settle = [
        "SCAN jobs USING INDEX jobs_unsettled",
        "SEARCH dependencies USING INDEX dependencies_open (needs_id=?)",
        "SEARCH dependencies USING PRIMARY KEY (job_id=? AND needs_id=?)",
        "SEARCH dependencies USING PRIMARY KEY (job_id=?)",
    ]

    @Test func aClaimSeeksWhoseTurnItIs() async throws {
        let fixture = try StoreFixture()
        _ = try await fill(fixture)
        fixture.now = fixture.now + 10
        let claimed = try await plans(fixture) { _ = try await $0.claim(bootID: "b", limit: 10) }
        expectSeeks(claimed, Self.job + Self.claim + Self.wake)
    }

    @Test func anEndSeeksThoseWhoWait() async throws {
        let fixture = try StoreFixture()
        let first = try await fill(fixture)
        try await fixture.claim()
        let attempt = AttemptID(job: first, number: 1)
        let time = fixture.now
        let retried = try await plans(fixture) {
            let outcome = Outcome(state: .failed, failure: .exit, time: time)
            try await $0.finish(attempt, with: outcome, readings: [reading(1, at: 1)], consumed: 1)
        }
        expectSeeks(
            retried,
            Self.job + [
                "SEARCH attempts USING PRIMARY KEY (job_id=? AND number=?)",
                "SEARCH signals USING COVERING INDEX signals_by_job (job_id=?)",
            ])
        try await fixture.claim()
        let ended = try await plans(fixture) {
            let outcome = Outcome(state: .failed, failure: .lost, time: time)
            let second = AttemptID(job: first, number: 2)
            try await $0.finish(second, with: outcome, readings: [], consumed: 1)
        }
        expectSeeks(ended, Self.job + Self.settle)
    }

    @Test func aSubmissionSeeksWhatItNames() async throws {
        let fixture = try StoreFixture()
        let first = try await fill(fixture)
        let spec = JobSpec(command: .shell("true"), after: [first])
        let submitted = try await plans(fixture) {
            _ = try await $0.submit(
                [Submission(spec), Submission(spec, after: [0])], asBatch: true,
                key: IdempotencyKey(key: "k", digest: [1]))
        }
        expectSeeks(
            submitted,
            Self.job + [
                "SEARCH idempotency_keys USING PRIMARY KEY (owner=? AND key=?)",
                "SEARCH queues USING PRIMARY KEY (name=?)",
                "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)",
            ])
    }

    @Test func whatIsAskedOfAJobIsSeeks() async throws {
        let fixture = try StoreFixture()
        let first = try await fill(fixture)
        let asked = try await plans(fixture) { store in
            _ = try await store.update(first, JobChange(priority: 1, notBefore: .some(nil)))
            _ = try await store.requestCancel(first, signal: nil, grace: nil)
            _ = try await store.retry(first)
            _ = try await store.claim(bootID: "b", limit: 1)
            _ = try await store.setPaused(true, first)
            _ = try await store.requestSignal(first, 1, isForTree: false)
            try await store.endInput(of: first)
            _ = try await store.isInputEnded(of: first)
            _ = try await store.requestCancel(first, signal: nil, grace: nil)
            _ = try await store.attempts(of: first)
            try await store.removeSignals([SignalOrder(id: 1, signal: 1, isForTree: false)])
        }
        expectSeeks(asked, Self.job)
    }

    @Test func whatIsPrunedIsFoundInTheOrderOfItsEnd() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let pruned = try await plans(fixture) { store in
            _ = try await store.prunable(.standard, limit: 9)
            _ = try await store.prunable(
                matching: JobFilter(), olderThan: 0, keep: 1, limit: 9)
            _ = try await store.oldestEnd()
            _ = try await store.storedBytes(of: id)
            try await store.delete(id)
        }
        expectSeeks(
            pruned,
            [
                "SEARCH job_counts USING PRIMARY KEY (state=?)",
                "SEARCH j USING COVERING INDEX jobs_finished (finished_at>?)",
                "SEARCH j USING COVERING INDEX jobs_finished (finished_at>? AND finished_at<?)",
                "SEARCH k USING COVERING INDEX jobs_finished (finished_at>?)",
                "SEARCH attempts USING PRIMARY KEY (job_id=?)",
                "SEARCH events USING COVERING INDEX events_by_job (job_id=?)",
                "SEARCH idempotency_keys USING COVERING INDEX idempotency_keys_by_job",
                "SEARCH dependencies USING PRIMARY KEY (job_id=?)",
            ])
    }

    /// However many jobs of a name there are, and have failed.
    @Test func anEstimateSeeksTheNewestRuns() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.finish { $0.name = "n" }
        let attempt = try await fixture.run { $0.name = "n" }
        let found = try await plans(fixture) { store in
            _ = try store.estimateBlocking(for: attempt.job)
            _ = try await store.job(attempt.job)
            _ = try await store.jobs(
                matching: JobFilter(), before: JobID(rawValue: 99), limit: 10)
            _ = try await store.setPaused(true, attempt.job)
        }
        expectSeeks(
            found,
            [
                """
                SEARCH j USING COVERING INDEX jobs_succeeded (name=? AND owner=?)
                SEARCH a USING PRIMARY KEY (job_id=? AND number=?)
                """,
                "SEARCH attempts USING PRIMARY KEY (job_id=? AND number=?)",
            ])
    }

    @Test func aQueuesJobsAreCountedInIndexes() async throws {
        let fixture = try StoreFixture()
        _ = try await fill(fixture)
        let status = try await plans(fixture) { _ = try await $0.queue("default") }
        expectSeeks(
            status,
            [
                "SEARCH jobs USING COVERING INDEX jobs_active (queue=?)",
                "SEARCH jobs USING COVERING INDEX jobs_queued (queue=?)",
                "SEARCH jobs USING COVERING INDEX jobs_waiting (queue=?)",
                "SEARCH j USING INDEX jobs_active (queue=?)",
            ])
    }

    @Test func aStreamsNextPageIsOneSeek() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let pages = try await plans(fixture) {
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
        let pages = try await plans(fixture) {
            _ = try await $0.events(matching: EventFilter(), after: .beginning, limit: 100)
        }
        expectSeeks(pages, ["SEARCH e USING INTEGER PRIMARY KEY (rowid>?)"])
        let filtered = try await plans(fixture) {
            var filter = EventFilter()
            filter.queue = "default"
            filter.states = [.running]
            _ = try await $0.events(matching: filter, after: .beginning, limit: 100)
        }
        expectSeeks(
            filtered,
            [
                "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)",
                "SEARCH j USING COVERING INDEX jobs_by_queue (queue=? AND id=?",
            ])
        let owned = try await plans(fixture) {
            var filter = EventFilter()
            filter.owner = .user(1000)
            _ = try await $0.events(matching: filter, after: .beginning, limit: 100)
        }
        expectSeeks(
            owned,
            [
                "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)",
                "SEARCH j USING COVERING INDEX jobs_by_owner (owner=? AND id=?",
            ])
    }

    @Test func aListsNextPageIsASeek() async throws {
        let fixture = try StoreFixture()
        for _ in 0..<3 { try await fixture.submit { $0.name = "n" } }
        func list(_ change: (inout JobFilter) -> Void) async throws -> [String] {
            var filter = JobFilter()
            change(&filter)
            return try await plans(fixture) { [filter] store in
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
        expectSeeks(
            try await list { $0.queue = "default" },
            ["SEARCH j USING INDEX jobs_by_queue (queue=? AND id<?)"])
        expectSeeks(
            try await list { $0.owner = .user(1000) },
            ["SEARCH j USING INDEX jobs_by_owner (owner=? AND id<?)"])
    }

    /// The first page is read in the order of the key and needs no sorting.
    @Test func aListsFirstPageSortsNothing() async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        let first = try await plans(fixture) {
            _ = try await $0.jobs(matching: JobFilter(), before: nil, limit: 10)
        }
        for plan in first { #expect(!plan.contains("TEMP B-TREE"), "\(plan)") }
    }

    /// What is active are few; they may be sorted.
    @Test func whatIsActiveIsFoundInAnIndex() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.run()
        let active = try await plans(fixture) {
            _ = try await $0.activeAttempts()
            _ = try await $0.orders()
        }
        for plan in active where plan != "SCAN wiped_jobs" {
            #expect(!plan.contains("SCAN"), "\(plan)")
        }
        #expect(active.contains { $0.contains("SEARCH jobs USING INDEX jobs_") })
        #expect(active.contains { $0.contains("SEARCH j USING INDEX jobs_") })
    }
}
