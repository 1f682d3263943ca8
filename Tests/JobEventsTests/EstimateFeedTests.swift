import Dispatch
import JobAPI
import JobModel
import JobStore
import JobTestSupport
import Synchronization
import Testing

@testable import JobEvents

/// What streams tell between the events of a job that tells nothing itself.
@Suite(.serialized, .timeLimit(.minutes(10))) struct EstimateFeedTests {
    private static let second: Int64 = 1_000_000

    private func pass(_ seconds: Int64, _ fixture: EventsFixture) {
        fixture.time.set(fixture.time.value + seconds * Self.second)
    }

    /// A job whose earlier run took ten seconds.
    private func start(
        _ fixture: EventsFixture, name: String? = "n", retry: RetryPolicy? = nil
    ) async throws -> AttemptID {
        try await fixture.store.setDefaultSlots(1000, ofQueue: JobSpec.defaultQueue)
        func run() async throws -> AttemptID {
            let spec = JobSpec(command: .shell("true"), name: name, retry: retry)
            _ = try await fixture.store.submit(spec)
            let claims = try await fixture.store.claim(bootID: "boot", limit: 1).claims
            return try #require(claims.first?.attempt)
        }
        let earlier = try await run()
        pass(10, fixture)
        try await finish(fixture, earlier, .succeeded)
        return try await run()
    }

    private func finish(
        _ fixture: EventsFixture, _ attempt: AttemptID, _ state: JobState
    ) async throws {
        let outcome = Outcome(
            state: state, exitCode: state == .succeeded ? 0 : 3,
            failure: state == .failed ? .exit : nil, time: fixture.time.value)
        try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 0)
    }

    private func record(
        _ fixture: EventsFixture, _ attempt: AttemptID, _ progress: Progress
    ) async throws {
        let reading = StampedProgress(progress: progress, time: fixture.time.value)
        try await fixture.store.record([reading], of: attempt, consumed: 0)
    }

    /// A stream of JSON lines, read line by line.
    private struct Reader: ~Copyable {
        var feed: EventFeed
        var lines: [Substring] = []
        var newest = EventID.beginning
        var ended = false

        init(
            _ fixture: EventsFixture, _ attempt: AttemptID, isEstimated: Bool = true
        ) async throws {
            feed = try await fixture.log.feed(
                of: .job(attempt.job), as: .jsonLines, after: .beginning,
                isEstimated: isEstimated, listener: Listener())
        }

        /// The next line; empty when the stream has ended.
        mutating func next() async throws -> String {
            while lines.isEmpty {
                if ended { return "" }
                switch try await feed.next() {
                case .frames(let bytes, let id, let ended):
                    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                    newest = id
                    self.ended = ended
                case .beat: continue
                case .closed: return ""
                }
            }
            return String(lines.removeFirst())
        }

        /// The next estimate: `0.5` `0.5 message`; an event is `#`.
        mutating func nextEstimate() async throws -> String {
            let line = try await next()
            guard !line.hasPrefix("{\"id\":") else { return "#" }
            let estimate = try EstimateResource(json: Array(line.utf8))
            #expect(estimate.progress.source == "history")
            let words = [estimate.progress.fraction.map(\.description), estimate.progress.message]
            return words.compactMap { $0 }.joined(separator: " ")
        }
    }

    @Test func itRisesUntilTheJobTellsNumbers() async throws {
        let fixture = try EventsFixture(estimateInterval: .milliseconds(1))
        let attempt = try await start(fixture)
        pass(2, fixture)
        var reader = try await Reader(fixture, attempt)
        #expect(try await reader.nextEstimate() == "#")
        #expect(try await reader.nextEstimate() == "#")
        let newest = try await fixture.store.newestEvent()
        #expect(reader.newest == newest)
        #expect(try await reader.nextEstimate() == "0.2")
        pass(3, fixture)
        #expect(try await reader.nextEstimate() == "0.5")
        // Nobody resumes by it.
        #expect(reader.newest == newest)
        // Whoever comes later is told the same.
        var second = try await Reader(fixture, attempt)
        for expected in ["#", "#", "0.5"] { #expect(try await second.nextEstimate() == expected) }
        try await record(fixture, attempt, Progress(message: "reading", source: .json))
        #expect(try await reader.nextEstimate() == "#")
        #expect(try await reader.nextEstimate() == "0.5 reading")
        try await record(fixture, attempt, Progress(done: 7, source: .counter))
        #expect(try await reader.nextEstimate() == "#")
        pass(1, fixture)
        try await finish(fixture, attempt, .succeeded)
        #expect(try await reader.next().contains(#""state":"succeeded""#))
        #expect(try await reader.next() == "")
    }

    @Test(arguments: [nil, "n"] as [String?])
    func nothingIsSaidWithoutAHistory(name: String?) async throws {
        let fixture = try EventsFixture(estimateInterval: .milliseconds(1))
        let attempt = try await start(fixture, name: name)
        pass(2, fixture)
        // With one, it is said to those who want it.
        var reader = try await Reader(fixture, attempt, isEstimated: name == nil)
        for _ in 0..<2 { #expect(try await reader.nextEstimate() == "#") }
        #expect(fixture.log.estimateTimer.withLock { $0 } == nil)
        try await finish(fixture, attempt, .succeeded)
        #expect(try await reader.next().contains(#""state":"succeeded""#))
        #expect(fixture.log.estimateTimer.withLock { $0 } == nil)
    }

    @Test func itStandsStillWithTheJob() async throws {
        let fixture = try EventsFixture(estimateInterval: .milliseconds(1))
        let attempt = try await start(fixture)
        pass(2, fixture)
        var reader = try await Reader(fixture, attempt)
        for expected in ["#", "#", "0.2"] { #expect(try await reader.nextEstimate() == expected) }
        _ = try await fixture.store.setPaused(true, attempt.job, by: .anyone)
        #expect(try await reader.nextEstimate() == "#")
        #expect(try await reader.nextEstimate() == "0.2")
        pass(5, fixture)
        // What was set before it may still go off once.
        while fixture.log.estimateTimer.withLock({ $0 }) != nil { await Task.yield() }
        _ = try await fixture.store.setPaused(false, attempt.job, by: .anyone)
        #expect(try await reader.nextEstimate() == "#")
        #expect(try await reader.nextEstimate() == "0.2")
        pass(1, fixture)
        #expect(try await reader.nextEstimate() == "0.3")
    }

    @Test func eachAttemptBeginsAnew() async throws {
        let fixture = try EventsFixture(estimateInterval: .milliseconds(1))
        let first = try await start(fixture, retry: RetryPolicy(backoff: 0))
        pass(6, fixture)
        var reader = try await Reader(fixture, first)
        for expected in ["#", "#", "0.6"] { #expect(try await reader.nextEstimate() == expected) }
        try await finish(fixture, first, .failed)
        // Waiting; nothing more of the first.
        #expect(try await reader.next().contains(#""waiting_for":"retry""#))
        pass(2, fixture)
        let claims = try await fixture.store.claim(bootID: "boot", limit: 1).claims
        #expect(claims.map(\.attempt.number) == [2])
        for expected in ["#", "#", "0.0"] { #expect(try await reader.nextEstimate() == expected) }
    }

    @Test func aTimerThatNobodyNeedsIsNotSetAgain() async throws {
        let fixture = try EventsFixture(estimateInterval: .milliseconds(1))
        let attempt = try await start(fixture)
        do {
            var reader = try await Reader(fixture, attempt)
            for expected in ["#", "#", "0.0"] {
                #expect(try await reader.nextEstimate() == expected)
            }
        }
        while fixture.log.estimateTimer.withLock({ $0 }) != nil { await Task.yield() }
    }

    /// Whenever they come, estimates are never told after what ends them.
    @Test func neverAfterWhatEndsIt() async throws {
        let fixture = try EventsFixture(estimateInterval: .nanoseconds(1))
        var random = SeededGenerator()
        for round in 0..<40 {
            let attempt = try await start(fixture, name: "n\(round)")
            let passing = Task {
                while !Task.isCancelled {
                    fixture.time.set(fixture.time.value + 20_000)
                    await Task.yield()
                }
            }
            defer { passing.cancel() }
            let isMeasured = Bool.random(using: &random)
            let yields = (0..<2).map { _ in Int.random(in: 0...200, using: &random) }
            let changing = Task {
                for _ in 0..<yields[0] { await Task.yield() }
                if isMeasured {
                    try await record(fixture, attempt, Progress(fraction: 0.1, source: .percent))
                }
                for _ in 0..<yields[1] { await Task.yield() }
                try await finish(fixture, attempt, .succeeded)
            }
            var reader = try await Reader(fixture, attempt)
            var mayBeEstimated = true
            while case let line = try await reader.next(), !line.isEmpty {
                if line.contains(#""percent""#) || line.contains(#""succeeded""#) {
                    mayBeEstimated = false
                } else if line.contains(#""history""#) {
                    #expect(mayBeEstimated, "JOBD_TEST_SEED=\(random.seed)")
                }
            }
            #expect(!mayBeEstimated)
            try await changing.value
        }
    }
}
