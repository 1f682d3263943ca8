import JobAPI
import JobEvents
import JobModel
import JobStore
import JobTestSupport
import Testing

/// Whatever is written while whoever reads, and however often they lose their
/// connections: what a client has received, put together, is the table of
/// events, each once and in order.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EventFeedPropertyTests {
    /// The table, encoded.
    private func expected(_ events: [Event], as encoding: EventEncoding) -> [UInt8] {
        var bytes: [UInt8] = []
        for event in events { encoding.append(event, to: &bytes) }
        return bytes
    }

    /// Writes to a job until its end.
    private func write(
        _ attempt: AttemptID, _ fixture: EventsFixture, size: Int, _ random: SeededGenerator
    ) async throws {
        var random = random
        for _ in 0..<Int.random(in: size > 10_000 ? 3...8 : 5...30, using: &random) {
            let count = Int.random(in: 0...8, using: &random)
            let messages = (0..<count).map { _ in
                String(
                    repeating: "a message\n", count: Int.random(in: 0...size / 10, using: &random))
            }
            try await fixture.record(messages, of: attempt)
            for _ in 0..<Int.random(in: 0...3, using: &random) { await Task.yield() }
        }
        try await fixture.finish(attempt)
    }

    /// - Parameters:
    ///   - size: how long messages are at most. With large ones the ring keeps
    ///     few frames, and readers fall out of it.
    @Test(arguments: [20, 2000, 40_000], 0..<3)
    func theConcatenationIsTheTable(size: Int, round: UInt64) async throws {
        let drawn = SeededGenerator()
        var random = SeededGenerator(seed: drawn.seed &+ round &* 31 &+ UInt64(size))
        let fixture = try EventsFixture()
        let jobs = try await fixture.run(4) { ["even": $0 % 2 == 0 ? "yes" : "no"] }
        let sentinel = try #require(jobs.last).job.rawValue + 1
        let before = try await fixture.store.events(
            matching: EventFilter(), after: .beginning, limit: 1000)

        var even = EventFilter()
        even.labels = ["even": "yes"]
        even.queue = JobSpec.defaultQueue
        var active = EventFilter()
        active.states = [.queued, .running]
        let scopes =
            jobs.map { EventScope.job($0.job) } + [.all(EventFilter()), .all(even), .all(active)]

        var followers: [Follower] = []
        for scope in scopes {
            for _ in 0..<2 {
                let cursor: EventID =
                    Bool.random(using: &random)
                    ? .beginning : before.randomElement(using: &random)?.id ?? .beginning
                followers.append(
                    Follower(
                        scope, EventEncoding.allCases.randomElement(using: &random) ?? .text,
                        after: cursor, cutPercent: [0, 10, 40].randomElement(using: &random) ?? 0,
                        SeededGenerator(seed: random.next())))
            }
        }
        let starts = followers.map(\.cursor)

        followers = try await withThrowingTaskGroup(of: (Int, Follower).self) { group in
            for (index, follower) in followers.enumerated() {
                group.addTask {
                    var follower = follower
                    try await follower.follow(fixture.log, until: "\"job\":\(sentinel),")
                    return (index, follower)
                }
            }
            // Others come and go, so that rings are made and dropped all the time.
            let pace = Listener()
            let passers = Task { [random] in
                var random = random
                var pacing = try await fixture.log.feed(
                    of: .all(EventFilter()), as: .text, after: .beginning, listener: pace)
                while case .frames = try await pacing.next() {
                    var feed = try await fixture.log.feed(
                        of: scopes.randomElement(using: &random) ?? .all(EventFilter()),
                        as: EventEncoding.allCases.randomElement(using: &random) ?? .text,
                        after: .beginning, listener: Listener())
                    if Bool.random(using: &random) { _ = try await feed.next() }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { writers in
                for attempt in jobs {
                    let seed = random.next()
                    writers.addTask {
                        try await write(attempt, fixture, size: size, SeededGenerator(seed: seed))
                    }
                }
                try await writers.waitForAll()
            }
            _ = try await fixture.store.submit(
                JobSpec(command: .shell("true"), labels: ["even": "yes"]))
            var done = followers
            for try await (index, follower) in group { done[index] = follower }
            pace.close()
            try await passers.value
            return done
        }

        for (follower, start) in zip(followers, starts) {
            let table: [Event]
            switch follower.scope {
            case .job(let job):
                table = try await fixture.store.events(of: job, after: start, limit: 100_000)
            case .all(let filter):
                table = try await fixture.store.events(
                    matching: filter, after: start, limit: 100_000)
            }
            let isEqual = follower.received == expected(table, as: follower.encoding)
            #expect(
                isEqual,
                """
                \(follower.scope) as \(follower.encoding) after \(start), \
                \(follower.connections) connections, JOBD_TEST_SEED=\(drawn.seed)
                """)
        }
    }
}
