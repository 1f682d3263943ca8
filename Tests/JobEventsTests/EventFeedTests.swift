import GRDB
import JobAPI
import JobEvents
import JobModel
import JobStore
import JobTestSupport
import Testing

/// Single features of the feeds.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EventFeedTests {
    private func encoded(_ events: [Event]) -> String {
        var bytes: [UInt8] = []
        for event in events { EventEncoding.jsonLines.append(event, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func text(_ step: EventFeed.Step) -> String {
        switch step {
        case .frames(let frames, _, _): String(decoding: frames, as: UTF8.self)
        case .beat: "beat"
        case .closed: "closed"
        }
    }

    @Test func aFinishedJobsStreamEndsWithItsEnd() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        try await fixture.record(["a", "b"], of: attempt)
        try await fixture.finish(attempt)
        let events = try await fixture.store.events(of: attempt.job, after: .beginning, limit: 99)
        let end = try #require(events.last?.id)
        var feed = try await fixture.log.feed(
            of: .job(attempt.job), as: .jsonLines, after: .beginning, listener: Listener())
        guard case .frames(let frames, let last, let ended) = try await feed.next() else {
            Issue.record("no frames")
            return
        }
        #expect(String(decoding: frames, as: UTF8.self) == encoded(events))
        #expect(last == end && ended)
    }

    /// Live and from the history: each owner's stream has that owner's jobs, and the
    /// stream of those who see all has all.
    @Test func anOwnersStreamHasNothingOfOthers() async throws {
        let fixture = try EventsFixture()
        func submit() async throws {
            for owner in [Identity.token("a"), .token("b"), .token("a"), .user(7)] {
                let job = try await fixture.store.submit(
                    JobSpec(command: .shell("true")), by: owner)
                // Whoever does something to a job does not own it thereby.
                _ = try await fixture.store.update(
                    job.id, JobChange(priority: 1), by: .token("b"))
            }
        }
        func expectOwn(_ owner: Identity?, after cursor: EventID) async throws {
            var filter = EventFilter()
            filter.owner = owner
            var feed = try await fixture.log.feed(
                of: .all(filter), as: .jsonLines, after: cursor, listener: Listener())
            // What there is already comes as a page, and this from the ring.
            try await submit()
            var expected: [Event] = []
            let all = try await fixture.store.events(
                matching: EventFilter(), after: cursor, limit: 999)
            for event in all {
                let job = try #require(try await fixture.store.job(event.job))
                if owner == nil || job.owner == owner { expected.append(event) }
            }
            let size = encoded(expected).utf8.count
            var received = ""
            while received.utf8.count < size { received += text(try await feed.next()) }
            #expect(received == encoded(expected))
        }
        try await submit()
        for owner in [Identity.token("a"), .token("b"), .user(7), nil] {
            try await expectOwn(owner, after: .beginning)
            try await expectOwn(owner, after: try await fixture.store.newestEvent())
        }
    }

    /// In the stream of all jobs an `end` is a job's, not the stream's.
    @Test func theStreamOfAllJobsGoesOn() async throws {
        let fixture = try EventsFixture()
        let jobs = try await fixture.run(2)
        for attempt in jobs { try await fixture.finish(attempt) }
        let events = try await fixture.store.events(
            matching: EventFilter(), after: .beginning, limit: 99)
        let listener = Listener()
        var feed = try await fixture.log.feed(
            of: .all(EventFilter()), as: .jsonLines, after: .beginning, listener: listener)
        guard case .frames(let frames, _, let ended) = try await feed.next() else {
            Issue.record("no frames")
            return
        }
        #expect(String(decoding: frames, as: UTF8.self) == encoded(events) && !ended)
        listener.close()
        #expect(text(try await feed.next()) == "closed")
    }

    @Test func aSilentStreamBeats() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let newest = try await fixture.store.newestEvent()
        var feed = try await fixture.log.feed(
            of: .job(attempt.job), as: .text, after: newest, listener: Listener())
        let beating = Task {
            while !Task.isCancelled {
                fixture.log.beat()
                await Task.yield()
            }
        }
        for _ in 0..<3 { #expect(text(try await feed.next()) == "beat") }
        beating.cancel()
        await beating.value
        try await fixture.finish(attempt)
        var step = text(try await feed.next())
        while step == "beat" { step = text(try await feed.next()) }
        #expect(step.contains("event: end"))
    }

    /// The listener is closed before, while, and after it waits.
    @Test func aClosedListenerEndsTheFeed() async throws {
        let fixture = try EventsFixture()
        let attempt = try #require(try await fixture.run(1).first)
        let newest = try await fixture.store.newestEvent()
        for round in 0..<200 {
            let listener = Listener()
            if round % 2 == 0 { listener.close() } else { Task { listener.close() } }
            var feed = try await fixture.log.feed(
                of: .job(attempt.job), as: .text, after: newest, listener: listener)
            #expect(text(try await feed.next()) == "closed")
            #expect(text(try await feed.next()) == "closed")
        }
    }

    /// A page of the table ends within a job's history.
    @Test func aLongHistoryIsReadInPages() async throws {
        let fixture = try EventsFixture()
        let jobs = try await fixture.run(2)
        for number in 0..<40 {
            for attempt in jobs {
                try await fixture.record((0..<25).map { "\(number).\($0)" }, of: attempt)
            }
        }
        for attempt in jobs { try await fixture.finish(attempt) }
        for attempt in jobs {
            var follower = Follower(
                .job(attempt.job), .jsonLines, after: .beginning, cutPercent: 0,
                SeededGenerator(seed: 1))
            try await follower.follow(fixture.log)
            let events = try await fixture.store.events(
                of: attempt.job, after: .beginning, limit: 10_000)
            #expect(events.count == 1003)
            #expect(String(decoding: follower.received, as: UTF8.self) == encoded(events))
        }
    }

    /// The first reader comes while the only commit is made: whichever is first,
    /// the event is seen, although nothing rings after it.
    @Test func aCommitWhileAStreamBeginsIsSeen() async throws {
        let fixture = try EventsFixture()
        for _ in 0..<400 {
            let newest = try await fixture.store.newestEvent()
            async let submitted = fixture.store.submit(JobSpec(command: .shell("true")))
            let listener = Listener()
            let seen = try await withTaskCancellationHandler {
                var feed = try await fixture.log.feed(
                    of: .all(EventFilter()), as: .jsonLines, after: newest, listener: listener)
                return text(try await feed.next())
            } onCancel: {
                listener.close()
            }
            let id = try await submitted.cursor
            #expect(seen.hasPrefix("{\"id\":\(id),"))
        }
    }

    /// Somebody's filter that the database cannot answer is that reader's
    /// trouble: the others go on, each event once.
    @Test(.timeLimit(.minutes(1))) func aFilterThatCannotBeReadDisturbsNobodyElse() async throws {
        let fixture = try EventsFixture()
        var unanswerable = EventFilter()
        // More than SQLite has room for (sqlite.org/limits.html).
        unanswerable.states = Array(repeating: .running, count: 300_000)
        await #expect(throws: (any Error).self) {
            try await fixture.store.events(matching: unanswerable, after: .beginning, limit: 1)
        }
        let jobs = try await fixture.run(5)
        let newest = try await fixture.store.newestEvent()
        var troubled = try await fixture.log.feed(
            of: .all(unanswerable), as: .text, after: newest, listener: Listener())
        let followers = try await withThrowingTaskGroup(of: Follower.self) { group in
            for attempt in jobs {
                group.addTask {
                    var follower = Follower(
                        .job(attempt.job), .jsonLines, after: newest, cutPercent: 0,
                        SeededGenerator(seed: 1))
                    try await follower.follow(fixture.log)
                    return follower
                }
            }
            for number in 0..<3 {
                for attempt in jobs { try await fixture.record(["\(number)"], of: attempt) }
            }
            for attempt in jobs { try await fixture.finish(attempt) }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for follower in followers {
            guard case .job(let job) = follower.scope else { continue }
            let events = try await fixture.store.events(of: job, after: newest, limit: 100)
            #expect(String(decoding: follower.received, as: UTF8.self) == encoded(events))
        }
        do {
            let step = try await troubled.next()
            Issue.record("\(text(step).prefix(100)) for a filter without an answer")
        } catch {
            #expect(error is DatabaseError)
        }
    }
}
