import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// How far jobs may be that tell nothing, by the earlier runs of their names.
@Suite struct StoreEstimatesTests {
    private static let second: Int64 = 1_000_000

    /// Runs a job for so many seconds, successfully if nothing else is said.
    private func run(
        _ fixture: StoreFixture, _ name: String?, _ seconds: Int64, _ failure: Failure? = nil
    ) async throws {
        let attempt = try await fixture.run { $0.name = name }
        fixture.now = fixture.now + seconds * Self.second
        try await fixture.end(attempt, failure)
    }

    private func progress(_ fixture: StoreFixture, _ attempt: AttemptID) async throws
        -> Progress?
    {
        let job = try await fixture.job(attempt.job)
        // Whoever asks gets the same.
        let listed = try await fixture.store.jobs(
            matching: JobFilter(), before: JobID(rawValue: attempt.job.rawValue + 1), limit: 1)
        #expect(listed == [job])
        let estimate = try fixture.store.estimateBlocking(for: attempt.job)
        if job.progress?.progress.source == .history {
            #expect(job.progress == estimate?.reading(at: fixture.now))
            #expect(estimate?.attempt == attempt)
        } else {
            #expect(estimate == nil)
        }
        return job.progress?.progress
    }

    @Test func theLastTenSuccessesCount() async throws {
        let fixture = try StoreFixture()
        // Of these nobody asks any more.
        for _ in 0..<5 { try await run(fixture, "n", 1000) }
        for seconds in [2, 4, 6, 8, 10, 30, 40, 50, 60, 70] as [Int64] {
            try await run(fixture, "n", seconds)
            try await run(fixture, "n", 500, .exit)
            try await run(fixture, "other", 700)
            try await run(fixture, nil, 900)
        }
        let attempt = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + 5 * Self.second
        // The mean of 10 and 30.
        #expect(
            try await progress(fixture, attempt)
                == Progress(fraction: 0.25, etaSeconds: 15, source: .history))
        fixture.now = fixture.now + 100 * Self.second
        #expect(
            try await progress(fixture, attempt) == Progress(fraction: 0.99, source: .history))
        try await fixture.end(attempt)
        #expect(try await progress(fixture, attempt) == nil)
        // None of it was stored.
        let events = try await fixture.events()
        #expect(
            events.allSatisfy { event in
                if case .progress = event.content { false } else { true }
            })
    }

    @Test func oneRunIsEnoughAndNoneIsNot() async throws {
        let fixture = try StoreFixture()
        for failure in [Failure.exit, .timeout] { try await run(fixture, "n", 10, failure) }
        let first = try await fixture.run { $0.name = "n" }
        #expect(try await progress(fixture, first) == nil)
        let nameless = try await fixture.run()
        try await run(fixture, "n", 10)
        #expect(try await progress(fixture, first)?.fraction == 0.99)
        #expect(try await progress(fixture, nameless) == nil)
        let queued = try await fixture.submit { $0.name = "n" }
        #expect(try await fixture.job(queued.id).progress == nil)
    }

    @Test func whatIsOverAtOnceGivesNone() async throws {
        let fixture = try StoreFixture()
        for _ in 0..<3 { try await run(fixture, "n", 0) }
        let attempt = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + Self.second
        #expect(try await progress(fixture, attempt) == nil)
    }

    @Test func numbersEndItAndMessagesAreTakenOver() async throws {
        let fixture = try StoreFixture()
        try await run(fixture, "n", 10)
        let attempt = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + 5 * Self.second
        func record(_ progress: Progress...) async throws {
            try await fixture.store.record(
                progress.map { StampedProgress(progress: $0, time: fixture.now) }, of: attempt,
                consumed: 1)
        }
        try await record(Progress(message: "reading", source: .json))
        #expect(
            try await progress(fixture, attempt)
                == Progress(fraction: 0.5, message: "reading", etaSeconds: 5, source: .history))
        let counted = Progress(done: 3, source: .counter)
        let message = Progress(message: "writing", source: .json)
        // Also when the newest reading has none.
        try await record(counted, message)
        #expect(try await progress(fixture, attempt) == message)
        try await record(counted)
        #expect(try await progress(fixture, attempt) == counted)
        try await record(message)
        try fixture.reopen()
        #expect(try await progress(fixture, attempt) == message)
    }

    @Test func eachAttemptBeginsAnew() async throws {
        let fixture = try StoreFixture()
        try await run(fixture, "n", 10)
        let first = try await fixture.run {
            $0.name = "n"
            $0.retry = RetryPolicy(backoff: 0)
        }
        try await fixture.store.record([reading(0.5, at: 1)], of: first, consumed: 1)
        fixture.now = fixture.now + 100 * Self.second
        try await fixture.end(first, .exit)
        #expect(try await fixture.job(first.job).progress?.progress.fraction == 0.5)
        try await fixture.claim()
        fixture.now = fixture.now + 4 * Self.second
        let second = AttemptID(job: first.job, number: 2)
        #expect(try await progress(fixture, second)?.fraction == 0.4)
        // The run that counts later is the last attempt alone.
        try await fixture.end(second)
        let next = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + 7 * Self.second / 2
        #expect(try await progress(fixture, next)?.fraction == 0.5)
    }

    @Test func pausesDoNotCount() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + 4 * Self.second
        _ = try await fixture.store.setPaused(true, first.job)
        fixture.now = fixture.now + 1000 * Self.second
        _ = try await fixture.store.setPaused(true, first.job)
        _ = try await fixture.store.setPaused(false, first.job)
        fixture.now = fixture.now + 4 * Self.second
        _ = try await fixture.store.setPaused(true, first.job)
        fixture.now = fixture.now + 500 * Self.second
        // It ends while it stands still.
        try await fixture.end(first)

        let attempt = try await fixture.run { $0.name = "n" }
        fixture.now = fixture.now + 2 * Self.second
        #expect(try await progress(fixture, attempt)?.etaSeconds == 6)
        #expect(
            try await fixture.store.setPaused(true, attempt.job).progress?.progress.fraction
                == 0.25)
        fixture.now = fixture.now + 300 * Self.second
        try fixture.reopen()
        #expect(try await progress(fixture, attempt)?.fraction == 0.25)
        #expect(
            try await fixture.store.setPaused(false, attempt.job).progress?.progress.fraction
                == 0.25)
        fixture.now = fixture.now + 2 * Self.second
        #expect(try await progress(fixture, attempt)?.fraction == 0.5)
        // The clock is set back while it stands still.
        _ = try await fixture.store.setPaused(true, attempt.job)
        fixture.now = fixture.now + -Self.second
        _ = try await fixture.store.setPaused(false, attempt.job)
        #expect(try await progress(fixture, attempt)?.fraction == 0.375)
    }

    /// A page with many jobs of a few names asks for each name once; a name's cost
    /// does not depend on how many of its jobs have failed.
    @Test func aPageAsksForANameOnce() async throws {
        func cost(running: Int, failed: Int) async throws -> Int {
            let fixture = try StoreFixture()
            for _ in 0..<20 { try await run(fixture, "n", 10) }
            try await run(fixture, "n", 10, .exit)
            try await fixture.store.writer.write(effects: []) { database in
                let columns = try database.columns(in: "jobs").map(\.name).filter { $0 != "id" }
                    .joined(separator: ", ")
                for _ in 0..<failed {
                    try database.execute(
                        sql: """
                            INSERT INTO jobs (\(columns))
                            SELECT \(columns) FROM jobs WHERE state = 'failed' LIMIT 1
                            """)
                }
            }
            for _ in 0..<running { _ = try await fixture.submit { $0.name = "n" } }
            try await fixture.claim()
            let trace = StatementTrace()
            return try await fixture.store.pool.read { database in
                trace.install(database)
                let rows = try Row.fetchAll(
                    database, sql: JobRow.select + " WHERE j.state = 'running'")
                #expect(rows.count == running)
                _ = trace.takeCost()
                var runs = EarlierRuns(database)
                for row in rows {
                    let job = try Store.job(row, at: fixture.now, after: &runs)
                    #expect(job.progress != nil)
                }
                let cost = trace.takeCost()
                #expect(cost.scanned == 0 && cost.sorts == 0)
                return cost.steps
            }
        }
        let least = try await cost(running: 1, failed: 0)
        #expect(least > 0)
        #expect(try await cost(running: 50, failed: 0) == least)
        #expect(try await cost(running: 1, failed: 500) == least)
    }

    /// What the second version's attempts have told is found in their events.
    @Test func whatRunsWhileItIsBroughtUpToDate() throws {
        let directory = try TemporaryDirectory()
        try FrozenDatabaseTests.copy(2, to: directory)
        let store = try Store(
            path: directory.database, now: { Timestamp(microseconds: 9_000_000) },
            committed: { _ in })
        defer { try? store.close() }
        let (measured, paused) = try store.pool.read { database in
            (
                try Int64.fetchAll(database, sql: "SELECT job_id FROM attempts WHERE measured"),
                try Row.fetchAll(
                    database, sql: "SELECT job_id, paused_at FROM attempts WHERE paused_at > 0")
            )
        }
        #expect(measured == [1])
        #expect(paused.map { $0["job_id"] as Int64 } == [9])
        #expect(paused.map { $0["paused_at"] as Int64 } == [1_000_000])
    }
}
