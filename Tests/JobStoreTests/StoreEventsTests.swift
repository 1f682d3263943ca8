import GRDB
import JobModel
import Testing

@testable import JobStore

/// Reading the history.
@Suite struct StoreEventsTests {
    @Test func pagesInOrderWithoutGapOrRepeat() async throws {
        let fixture = try StoreFixture()
        let one = try await fixture.run()
        let two = try await fixture.run()
        for number in 0..<20 {
            let attempt = number % 3 == 0 ? one : two
            try await fixture.store.record(
                [reading(0.5, at: Int64(number))], of: attempt, consumed: 0)
        }
        let all = try await fixture.events()
        #expect(all.map(\.id) == all.map(\.id).sorted() && Set(all.map(\.id)).count == all.count)
        for limit in [1, 3, 7, 100] {
            var whole: [Event] = []
            var ofOne: [Event] = []
            while true {
                let page = try await fixture.store.events(
                    matching: EventFilter(), after: whole.last?.id ?? .beginning, limit: limit)
                if page.isEmpty { break }
                whole += page
            }
            while true {
                let page = try await fixture.store.events(
                    of: one.job, after: ofOne.last?.id ?? .beginning, limit: limit)
                if page.isEmpty { break }
                ofOne += page
            }
            #expect(whole == all)
            #expect(ofOne == all.filter { $0.job == one.job })
        }
        #expect(
            try fixture.store.eventsBlocking(matching: EventFilter(), after: .beginning, limit: 99)
                == all)
        #expect(try fixture.store.newestEventBlocking() == all.last?.id)
    }

    @Test func filtersTheHistoryOfAll() async throws {
        let fixture = try StoreFixture()
        let one = try await fixture.run { $0.labels = ["app": "shop"] }
        let two = try await fixture.run()
        try await fixture.store.record([reading(0.5, at: 1)], of: one, consumed: 0)
        try await fixture.store.record([reading(0.5, at: 1)], of: two, consumed: 0)
        try await fixture.store.finish(
            one, with: Outcome(state: .succeeded, exitCode: 0, time: fixture.now), readings: [],
            consumed: 0)
        let all = try await fixture.events()
        func matching(_ change: (inout EventFilter) -> Void) async throws -> [EventID] {
            var filter = EventFilter()
            change(&filter)
            return try await fixture.store.events(matching: filter, after: .beginning, limit: 100)
                .map(\.id)
        }
        func ids(_ admits: (Event) -> Bool) -> [EventID] { all.filter(admits).map(\.id) }
        #expect(try await matching { $0.labels = ["app": "shop"] } == ids { $0.job == one.job })
        #expect(try await matching { $0.queue = "default" } == all.map(\.id))
        #expect(try await matching { $0.queue = "other" } == [])
        #expect(
            try await matching { $0.states = [.succeeded] }
                == ids { $0.content == .end(Event.End(state: .succeeded, exitCode: 0)) })
        #expect(
            try await matching { $0.states = [.running] }
                == ids { event in
                    switch event.content {
                    case .progress: true
                    case .action(_, let state): state == .running
                    case .state(let change): change.state == .running
                    case .end: false
                    }
                })
        let both = try await matching {
            $0.states = [.queued, .succeeded]
            $0.labels = ["app": "shop"]
        }
        #expect(both.count == 2)
    }

    /// Adds an event as a version that can run a job again would.
    private func add(
        _ content: Event.Content, _ job: JobID, attempt: Int, _ fixture: StoreFixture
    ) async throws -> EventID {
        let now = fixture.now
        return try await fixture.store.writer.write(effects: .events) { database in
            try EventRow.insert(content, job: job, attempt: attempt, time: now, into: database)
        }
    }

    @Test func anEndThatWasNotTheLastIsLeftOut() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let first = try await fixture.store.events(of: id, after: .beginning, limit: 100)
        #expect(first.count == 3)
        let end = try #require(first.last?.id)
        let running = try await add(.state(.running), id, attempt: 2, fixture)
        let again = try await fixture.store.events(of: id, after: .beginning, limit: 100)
        #expect(again.map(\.id) == first.dropLast().map(\.id) + [running])
        #expect(try await fixture.store.events(of: id, after: end, limit: 1).map(\.id) == [running])
        let last = try await add(.end(Event.End(state: .succeeded)), id, attempt: 2, fixture)
        #expect(
            try await fixture.store.events(of: id, after: .beginning, limit: 100).map(\.id)
                == first.dropLast().map(\.id) + [running, last])
        // In the history of all jobs every end is there.
        #expect(try await fixture.events().map(\.id).contains(end))
    }

    @Test func tellsWhetherSomethingBeforeIsGone() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        for number in 0..<5 {
            try await fixture.store.record(
                [reading(0.5, at: Int64(number))], of: attempt, consumed: 0)
        }
        let ids = try await fixture.events().map(\.id)
        for id in [.beginning] + ids {
            #expect(try await !fixture.store.wasPruned(attempt.job, after: id))
        }
        // The first four are removed, as a retention would.
        try await fixture.store.writer.write(effects: []) { database in
            try database.execute(
                sql: "DELETE FROM events WHERE id < ?", arguments: [ids[4].rawValue])
        }
        for id in [.beginning] + ids[..<3] {
            #expect(try await fixture.store.wasPruned(attempt.job, after: id), "\(id)")
        }
        for id in ids[4...] {
            #expect(try await !fixture.store.wasPruned(attempt.job, after: id), "\(id)")
        }
    }

    @Test func theNewestEventIsTheLastOneEverGiven() async throws {
        let fixture = try StoreFixture()
        #expect(try await fixture.store.newestEvent() == .beginning)
        let id = try await fixture.finish()
        let newest = try await fixture.store.newestEvent()
        #expect(newest == (try await fixture.events().last?.id))
        try await fixture.store.delete(id)
        #expect(try await fixture.events().isEmpty)
        #expect(try await fixture.store.newestEvent() == newest)
        #expect(try await fixture.submit().cursor > newest)
    }

    /// What SQL itself does not take, whoever writes it.
    @Test(arguments: [
        "UPDATE jobs SET state = 'unheard'",
        "UPDATE jobs SET state = 'failed', finished_at = 1, attempt = 1, started_at = 1",
        "UPDATE jobs SET state = 'succeeded', exit_code = 0, attempt = 1, started_at = 1",
        "UPDATE jobs SET state = 'running'",
        "UPDATE jobs SET finished_at = 1",
        "UPDATE jobs SET failure = 'unheard'",
        "UPDATE jobs SET state = 'running', attempt = 1, started_at = 1, failure = 'exit'",
        "UPDATE jobs SET state = 'waiting'",
        "UPDATE jobs SET waiting_for = 'jobs'",
        "UPDATE jobs SET wake_at = 1",
        "UPDATE jobs SET state = 'waiting', waiting_for = 'time'",
        "UPDATE jobs SET state = 'waiting', waiting_for = 'jobs', wake_at = 1",
        "UPDATE jobs SET state = 'waiting', waiting_for = 'bread', wake_at = 1",
        "UPDATE jobs SET state = 'failed', failure = 'exit', finished_at = 1",
        "UPDATE jobs SET attempt_limit = 0",
        "UPDATE jobs SET after_policy = 'maybe'",
        "UPDATE jobs SET stall_timeout = 0",
        "UPDATE jobs SET resources = 'gpu'",
        "UPDATE jobs SET command = 'no json'",
        "UPDATE jobs SET timeout = 0",
        "UPDATE jobs SET attempt = 'one'",
        "DELETE FROM jobs",
        "UPDATE queues SET slots = -1",
        "UPDATE queues SET resources = 'gpu'",
        "INSERT INTO events (job_id, time, attempt, kind) VALUES (1, 1, 1, 'state')",
        "INSERT INTO events (job_id, time, attempt, kind, state) VALUES (9, 1, 1, 'state', 'x')",
        "INSERT INTO events (job_id, time, attempt, kind, source, fraction) "
            + "VALUES (1, 1, 1, 'progress', 'x', 1.5)",
        "INSERT INTO attempts (job_id, number, boot_id, started_at) VALUES (1, 0, 'b', 1)",
        "INSERT INTO attempts (job_id, number, boot_id, started_at, state) "
            + "VALUES (1, 1, 'b', 1, 'running')",
        "INSERT INTO dependencies (job_id, needs_id, is_open) VALUES (9, 1, 1)",
        "INSERT INTO dependencies (job_id, needs_id, is_open) VALUES (1, 1, 2)",
        "INSERT INTO signals (job_id, attempt, signal, tree) VALUES (1, 1, 65, 0)",
        "INSERT INTO signals (job_id, attempt, signal, tree) VALUES (9, 1, 1, 0)",
        "INSERT INTO idempotency_keys (key, digest, first_job, jobs) VALUES ('k', x'00', 9, 1)",
        "INSERT INTO idempotency_keys (key, digest, first_job, jobs) VALUES ('k', x'00', 1, 0)",
    ])
    func theSchemaGuardsTheInvariants(sql: String) async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        let error = try await #require(throws: DatabaseError.self) {
            try await fixture.store.writer.write(effects: []) { try $0.execute(sql: sql) }
        }
        #expect(error.resultCode == .SQLITE_CONSTRAINT)
    }
}
