import JobModel
import Testing

@testable import JobStore

/// Attempts that follow one that failed, by themselves and by hand.
@Suite struct StoreRetryTests {
    private static let policy = RetryPolicy(
        maxAttempts: 3, backoff: 10_000, factor: 3, maxBackoff: 20_000)

    @Test func aFailureIsFollowedByAnotherAttemptAfterAPause() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.run { $0.retry = Self.policy }
        fixture.now = fixture.now + 100
        let failed = Outcome(
            state: .failed, exitCode: 3, failure: .exit, error: "It exited with 3.",
            usage: Usage(cpuMicroseconds: 1, maxRSSBytes: 2, outputBytes: 3), time: fixture.now)
        try await fixture.store.finish(
            first, with: failed, readings: [reading(0.5, at: 7)], consumed: 70)
        let waiting = try await fixture.job(first.job)
        #expect(waiting.state == .waiting && waiting.waitingFor == .retry)
        #expect(waiting.eligibleAt == fixture.now + 10_000)
        #expect(waiting.exitCode == 3 && waiting.failure == .exit)
        #expect(waiting.error == "It exited with 3." && waiting.usage == failed.usage)
        #expect(waiting.finishedAt == nil && waiting.attempt == 1)
        let event = try #require(try await fixture.events().last)
        #expect(event.attempt == 1 && event.time == fixture.now && event.id == waiting.cursor)
        #expect(
            event.content
                == .state(
                    Event.StateChange(
                        .waiting, waitingFor: .retry, exitCode: 3, failure: .exit,
                        error: "It exited with 3.")))

        // A moment before, nothing; then the next attempt, which has no past.
        fixture.now = fixture.now + 9_999
        #expect(try await fixture.claim().isEmpty)
        fixture.now = fixture.now + 1
        let second = AttemptID(job: first.job, number: 2)
        #expect(try await fixture.claim() == [second])
        let running = try await fixture.job(first.job)
        #expect(running.state == .running && running.attempt == 2)
        #expect(running.exitCode == nil && running.failure == nil && running.error == nil)
        #expect(running.usage == nil && running.progress == nil)
        try await fixture.end(second)
        #expect(try await fixture.job(first.job).state == .succeeded)
        let attempts = try await fixture.store.attempts(of: first.job)
        #expect(attempts.map(\.number) == [1, 2])
        #expect(attempts.map(\.state) == [.failed, .succeeded])
        #expect(attempts.map(\.exitCode) == [3, 0] && attempts[0].usage == failed.usage)
        #expect(attempts.map(\.error) == ["It exited with 3.", nil])
        let ends = try await fixture.events().filter { event in
            if case .end = event.content { true } else { false }
        }
        #expect(ends.count == 1)
    }

    /// The clock is set in a pause, or while the attempt runs: the pause stays.
    @Test(arguments: [-3_600_000_000, 3_600_000_000] as [Int64], [false, true])
    func aStepOfTheClockLeavesThePauseAsItIs(step: Int64, isInPause: Bool) async throws {
        let fixture = try StoreFixture()
        fixture.now = fixture.now + 86_400_000_000
        let policy = RetryPolicy(maxAttempts: 3, backoff: 8_000_000, maxBackoff: 8_000_000)
        let first = try await fixture.run { $0.retry = policy }
        // What waits for a time that somebody named goes on waiting for that.
        let other = try await fixture.submit { $0.notBefore = fixture.now + 8_000_000 }.id
        let notBefore = try await fixture.job(other).eligibleAt
        if !isInPause { fixture.setClock(by: step) }
        let failed = Outcome(
            state: .failed, exitCode: 3, failure: .exit, error: "It failed.", time: fixture.now,
            duration: 5_000_000)
        try await fixture.store.finish(first, with: failed, readings: [], consumed: 0)
        if isInPause { fixture.setClock(by: step) }
        fixture.now = fixture.now + 7_900_000
        #expect(try await !fixture.claim().contains { $0.job == first.job })
        #expect(try await fixture.job(first.job).eligibleAt == fixture.now + 100_000)
        fixture.now = fixture.now + 100_000
        #expect(try await fixture.claim().contains(AttemptID(job: first.job, number: 2)))
        if step < 0 {
            #expect(try await fixture.job(other).state == .waiting)
            #expect(try await fixture.job(other).eligibleAt == notBefore)
        }
    }

    /// Set back while no daemon could see it: no pause is longer than it can be.
    @Test func aPauseThatIsTooLongIsShortened() async throws {
        let fixture = try StoreFixture()
        fixture.now = fixture.now + 86_400_000_000
        let policy = RetryPolicy(maxAttempts: 3, backoff: 10_000_000, maxBackoff: 60_000_000)
        let first = try await fixture.run { $0.retry = policy }
        try await fixture.end(first, .exit)
        try await fixture.store.shortenPauses()
        #expect(try await fixture.job(first.job).eligibleAt == fixture.now + 10_000_000)
        fixture.setClock(by: -3_600_000_000)
        try fixture.reopen()
        try await fixture.store.shortenPauses()
        #expect(try await fixture.job(first.job).eligibleAt == fixture.now + 12_000_000)
    }

    /// Set back while it ran, it has run as long as it did.
    @Test func aStepBackLeavesTheDurationAsItIs() async throws {
        let fixture = try StoreFixture()
        fixture.now = fixture.now + 86_400_000_000
        let attempt = try await fixture.run()
        fixture.now = fixture.now + 10_000_000
        fixture.setClock(by: -3_600_000_000)
        let outcome = Outcome(
            state: .succeeded, exitCode: 0, time: fixture.now, duration: 9_900_000)
        try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 0)
        let job = try await fixture.job(attempt.job)
        let startedAt = try #require(job.startedAt)
        #expect(job.finishedAt == startedAt + 9_900_000)
        #expect(
            try await fixture.store.attempts(of: attempt.job).first?.finishedAt == job.finishedAt)
    }

    /// Ten, then three times that, but not more than the longest; then the end.
    @Test func thePausesGrowUntilTheAttemptsAreUsedUp() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        let id = try await fixture.submit { $0.retry = Self.policy }.id
        fixture.chance = 1
        for (number, pause) in [(1, 12_000), (2, 24_000)] {
            #expect(try await fixture.claim() == [AttemptID(job: id, number: number)])
            try await fixture.end(AttemptID(job: id, number: number), .lost)
            let round = try await fixture.store.claim(bootID: "b", limit: 9)
            #expect(round.claims.isEmpty && round.nextWake == fixture.now + Int64(pause))
            fixture.now = fixture.now + Int64(pause)
        }
        #expect(try await fixture.claim() == [AttemptID(job: id, number: 3)])
        try await fixture.end(AttemptID(job: id, number: 3), .lost)
        let job = try await fixture.job(id)
        #expect(job.state == .failed && job.failure == .lost && job.attempt == 3)
    }

    @Test func onlyTheFailuresThatAreNamedAreRetried() async throws {
        for failure in Failure.allCases where failure != .dependency {
            for on in [RetryPolicy.defaultFailures, [failure], [.exit], []] {
                let fixture = try StoreFixture()
                let attempt = try await fixture.run { $0.retry = RetryPolicy(on: on) }
                try await fixture.end(attempt, failure)
                let state = try await fixture.job(attempt.job).state
                #expect(state == (on.contains(failure) ? .waiting : .failed), "\(failure)")
            }
        }
    }

    @Test func neitherSuccessNorCancelIsRetried() async throws {
        let fixture = try StoreFixture()
        let done = try await fixture.run { $0.retry = Self.policy }
        try await fixture.end(done)
        #expect(try await fixture.job(done.job).state == .succeeded)
        let cancelled = try await fixture.run { $0.retry = Self.policy }
        _ = try await fixture.store.requestCancel(cancelled.job, signal: nil, grace: nil)
        try await fixture.end(cancelled, .signal)
        #expect(try await fixture.job(cancelled.job).state == .cancelled)
        let tornDown = try await fixture.run { $0.retry = Self.policy }
        let outcome = Outcome(state: .cancelled, signal: 15, time: fixture.now)
        try await fixture.store.finish(tornDown, with: outcome, readings: [], consumed: 0)
        #expect(try await fixture.job(tornDown.job).state == .cancelled)
    }

    @Test func whatWaitsForItsRetryCanBeCancelled() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.retry = Self.policy }
        try await fixture.end(attempt, .exit)
        let cancelled = try await fixture.store.requestCancel(
            attempt.job, signal: nil, grace: nil)
        #expect(cancelled.state == .cancelled && cancelled.failure == nil)
        #expect(cancelled.eligibleAt == nil && cancelled.exitCode == 3)
        fixture.now = fixture.now + 1_000_000
        #expect(try await fixture.claim().isEmpty)
        // The attempt failed all the same.
        #expect(try await fixture.store.attempts(of: attempt.job).map(\.state) == [.failed])
    }

    /// A time that is later than the end of the pause counts.
    @Test func aTimeIsNotPassedOverByARetry() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.retry = Self.policy }
        try await fixture.end(attempt, .exit)
        let later = fixture.now + 50_000
        let changed = try await fixture.store.update(
            attempt.job, JobChange(notBefore: .some(later)))
        #expect(changed.waitingFor == .retry && changed.eligibleAt == later)
        fixture.now = fixture.now + 20_000
        #expect(try await fixture.claim().isEmpty)
        fixture.now = later
        #expect(try await fixture.claim().count == 1)
    }

    // MARK: By hand

    @Test func whatWaitsForItsRetryNeedNotWait() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.retry = Self.policy }
        try await fixture.end(attempt, .exit)
        let retried = try await fixture.store.retry(attempt.job)
        #expect(retried.state == .queued && retried.eligibleAt == nil)
        #expect(retried.failure == .exit && retried.attemptLimit == 3)
        #expect(try await fixture.events().last?.content == .state(.queued))
        #expect(try await fixture.claim() == [AttemptID(job: attempt.job, number: 2)])
    }

    @Test func aFinishedJobRunsAgainWithItsWholeBudget() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        let id = try await fixture.submit { $0.retry = RetryPolicy(maxAttempts: 2, backoff: 0) }.id
        func failTwice(from number: Int) async throws {
            for number in number...number + 1 {
                #expect(try await fixture.claim() == [AttemptID(job: id, number: number)])
                try await fixture.end(AttemptID(job: id, number: number), .exit)
            }
            #expect(try await fixture.job(id).state == .failed)
        }
        try await failTwice(from: 1)
        fixture.now = fixture.now + 9
        let retried = try await fixture.store.retry(id)
        #expect(retried.state == .queued && retried.attempt == 2 && retried.attemptLimit == 4)
        #expect(retried.finishedAt == nil && retried.failure == nil && retried.exitCode == nil)
        try await failTwice(from: 3)
        let events = try await fixture.store.events(of: id, after: .beginning, limit: 99)
        let ends = events.filter { if case .end = $0.content { true } else { false } }
        #expect(ends.map(\.id) == [events.last?.id])
        #expect(ends.map(\.attempt) == [4])
        let again = events.first { $0.attempt == 2 && $0.time == fixture.now }
        #expect(again?.content == .state(.queued))
    }

    /// The first pause after a retry by hand is the first of a new row.
    @Test func thePausesBeginAnew() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        let id = try await fixture.submit { $0.retry = Self.policy }.id
        for number in 1...4 {
            if number == 4 { _ = try await fixture.store.retry(id) }
            #expect(try await fixture.claim() == [AttemptID(job: id, number: number)])
            try await fixture.end(AttemptID(job: id, number: number), .exit)
            if number < 3 { fixture.now = fixture.now + 20_000 }
        }
        #expect(try await fixture.job(id).eligibleAt == fixture.now + 10_000)
    }

    @Test(arguments: [JobState.succeeded, .cancelled])
    func whateverHasFinishedRunsAgain(state: JobState) async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        if state == .cancelled {
            _ = try await fixture.store.requestCancel(attempt.job, signal: 2, grace: 1)
        }
        try await fixture.end(attempt)
        let retried = try await fixture.store.retry(attempt.job)
        #expect(retried.state == .queued && retried.cancelRequestedAt == nil)
        let again = try await fixture.claim()
        #expect(again == [AttemptID(job: attempt.job, number: 2)])
        // The cancel was the other attempt's.
        #expect(try await fixture.store.orders() == [again[0]: AttemptOrders()])
        try await fixture.end(again[0])
        #expect(try await fixture.job(attempt.job).state == .succeeded)
    }

    @Test func whatHasNotFinishedIsNotRunAgain() async throws {
        let fixture = try StoreFixture()
        let now = fixture.now
        let running = try await fixture.run().job
        let waiting = try await fixture.submit { $0.notBefore = now + 9 }.id
        let queued = try await fixture.submit().id
        for (id, expected) in [
            (running, JobError.Code.conflict), (waiting, .conflict), (queued, .conflict),
            (JobID(rawValue: 99), .jobNotFound),
        ] {
            #expect(try await code { _ = try await fixture.store.retry(id) } == expected)
        }
    }

    @Test func whatCanNoLongerRunIsNotRunAgain() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let change = QueueChange(slots: 1, resources: ["gpu": .count(2)])
        _ = try await store.setQueue("gpu", change)
        let id = try await fixture.finish {
            $0.queue = "gpu"
            $0.resources = ["gpu": 2]
        }
        _ = try await store.setQueue("gpu", QueueChange(resources: ["gpu": .count(1)]))
        #expect(try await code { _ = try await store.retry(id) } == .conflict)
        try await store.removeQueue("gpu")
        #expect(try await code { _ = try await store.retry(id) } == .conflict)
        _ = try await store.setQueue("gpu", change)
        #expect(try await store.retry(id).state == .queued)
    }
}
