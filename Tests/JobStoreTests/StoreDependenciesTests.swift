import JobModel
import Testing

@testable import JobStore

/// Jobs that come after others.
@Suite struct StoreDependenciesTests {
    private static let waiting: Event.Content =
        .state(Event.StateChange(.waiting, waitingFor: .jobs))

    private func contents(_ id: JobID, _ fixture: StoreFixture) async throws -> [Event.Content] {
        try await fixture.store.events(of: id, after: .beginning, limit: 99).map(\.content)
    }

    // MARK: Waiting

    @Test func startsWhenAllThatItComesAfterHaveSucceeded() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(2)
        let jobs = try await fixture.submit(chain: [[], [], [0, 1], [2]])
        #expect(jobs[2].spec.after == [jobs[0].id, jobs[1].id])
        #expect(jobs[2].state == .waiting && jobs[2].waitingFor == .jobs)
        #expect(jobs[2].eligibleAt == nil)
        let started = try await fixture.claim()
        #expect(started.map(\.job) == [jobs[0].id, jobs[1].id])
        try await fixture.end(started[0])
        #expect(try await fixture.claim().isEmpty)
        fixture.now = fixture.now + 9
        try await fixture.end(started[1])
        #expect(try await fixture.job(jobs[2].id).state == .queued)
        #expect(try await contents(jobs[2].id, fixture) == [Self.waiting, .state(.queued)])
        let third = try await fixture.claim()
        #expect(third.map(\.job) == [jobs[2].id])
        try await fixture.end(third[0])
        #expect(try await fixture.claim().map(\.job) == [jobs[3].id])
    }

    @Test func waitsAcrossARestart() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[], [0]])
        try await fixture.claim()
        try fixture.reopen()
        #expect(try await fixture.claim().isEmpty)
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1))
        try fixture.reopen()
        #expect(try await fixture.claim().map(\.job) == [jobs[1].id])
    }

    @Test func whatHasSucceededAlreadyIsNotWaitedFor() async throws {
        let fixture = try StoreFixture()
        let done = try await fixture.finish()
        let job = try await fixture.submit { $0.after = [done] }
        #expect(job.state == .queued && job.spec.after == [done])
        #expect(try await fixture.job(job.id) == job)
    }

    @Test func itsTimeIsWaitedForAfterwards() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let later = fixture.now + 50
        let job = try await fixture.submit {
            $0.after = [attempt.job]
            $0.notBefore = later
        }
        try await fixture.end(attempt)
        let waiting = try await fixture.job(job.id)
        #expect(waiting.waitingFor == .time && waiting.eligibleAt == later)
        fixture.now = later
        #expect(try await fixture.claim().map(\.job) == [job.id])
    }

    /// Being retried is no end.
    @Test func aFailureThatIsRetriedIsNoEnd() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.retry = RetryPolicy(backoff: 0) }
        let job = try await fixture.submit { $0.after = [attempt.job] }
        try await fixture.end(attempt, .exit)
        #expect(try await fixture.job(job.id).waitingFor == .jobs)
        let again = try await fixture.claim()
        #expect(again == [AttemptID(job: attempt.job, number: 2)])
        try await fixture.end(again[0])
        #expect(try await fixture.job(job.id).state == .queued)
    }

    // MARK: Failing

    @Test(arguments: [JobState.failed, .cancelled])
    func oneThatDoesNotSucceedFailsAllThatComeAfterIt(state: JobState) async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        // A diamond with a tail, and another that does not mind.
        let jobs = try await fixture.submit(chain: [[], [0], [0], [1, 2], [3]])
        let other = try await fixture.submit {
            $0.after = [jobs[3].id]
            $0.afterPolicy = .finished
        }
        let attempt = AttemptID(job: jobs[0].id, number: 1)
        if state == .failed {
            try await fixture.claim()
            _ = fixture.takeEffects()
            fixture.now = fixture.now + 9
            try await fixture.end(attempt, .exit)
        } else {
            _ = fixture.takeEffects()
            fixture.now = fixture.now + 9
            _ = try await fixture.store.requestCancel(jobs[0].id, signal: nil, grace: nil)
        }
        let effects = fixture.takeEffects()
        #expect(effects.count == 1 && effects[0].isSuperset(of: [.events, .scheduling]))
        for job in jobs.dropFirst() {
            let failed = try await fixture.job(job.id)
            #expect(failed.state == .failed && failed.failure == .dependency)
            #expect(failed.attempt == 0 && failed.startedAt == nil)
            #expect(failed.finishedAt == fixture.now)
            let error = try #require(failed.error)
            #expect(job.spec.after.contains { error.contains("Job \($0),") })
            #expect(
                try await contents(job.id, fixture) == [
                    Self.waiting,
                    .end(Event.End(state: .failed, failure: .dependency, error: error)),
                ])
        }
        let first = try await fixture.job(jobs[1].id)
        #expect(first.error?.contains(state == .failed ? "failed" : "was cancelled") == true)
        #expect(try await fixture.job(other.id).state == .queued)
        #expect(try await fixture.store.attempts(of: jobs[1].id).isEmpty)
    }

    @Test func whatHasFailedAlreadyFailsWhateverComesAfterIt() async throws {
        let fixture = try StoreFixture()
        let failed = try await fixture.run()
        try await fixture.end(failed, .exit)
        let jobs = try await fixture.store.submit(
            [
                Submission(JobSpec(command: .shell("a"), after: [failed.job])),
                Submission(JobSpec(command: .shell("b")), after: [0]),
                Submission(
                    JobSpec(command: .shell("c"), after: [failed.job], afterPolicy: .finished)),
            ], asBatch: true, key: nil
        ).jobs
        #expect(jobs.map(\.state) == [.failed, .failed, .queued])
        #expect(jobs.map(\.failure) == [.dependency, .dependency, nil])
        for job in jobs { #expect(try await fixture.job(job.id) == job) }
    }

    // MARK: Again

    @Test func whatFailedWithADependencyRunsAgainAfterIt() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(9)
        let jobs = try await fixture.submit(chain: [[], [], [0, 1]])
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[1].id, number: 1))
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        #expect(try await fixture.job(jobs[2].id).failure == .dependency)
        // As long as that has failed, it would only fail again.
        #expect(try await code { _ = try await fixture.store.retry(jobs[2].id) } == .conflict)
        _ = try await fixture.store.retry(jobs[0].id)
        let waiting = try await fixture.store.retry(jobs[2].id)
        #expect(waiting.waitingFor == .jobs && waiting.failure == nil)
        let again = try await fixture.claim()
        #expect(again == [AttemptID(job: jobs[0].id, number: 2)])
        try await fixture.end(again[0])
        #expect(try await fixture.claim() == [AttemptID(job: jobs[2].id, number: 1)])
    }

    /// A cancel of what never started does not let it pass those before it.
    @Test func whatWasCancelledBeforeItsTurnStillComesAfterOthers() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.run()
        let job = try await fixture.submit { $0.after = [first.job] }
        _ = try await fixture.store.requestCancel(job.id, signal: nil, grace: nil)
        let retried = try await fixture.store.retry(job.id)
        #expect(retried.state == .waiting && retried.waitingFor == .jobs)
        #expect(try await fixture.claim().isEmpty)
        try await fixture.end(first)
        #expect(try await fixture.claim().map(\.job) == [job.id])
    }

    @Test func whatHasRunOnceIsNotHeldAgain() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.finish()
        let job = try await fixture.finish { $0.after = [first] }
        _ = try await fixture.store.retry(first)
        #expect(try await fixture.store.retry(job).state == .queued)
    }

    @Test func whatIsGoneIsNotWaitedFor() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.run()
        let job = try await fixture.submit { $0.after = [first.job] }
        try await fixture.end(first, .exit)
        try await fixture.store.delete(first.job)
        let failed = try await fixture.job(job.id)
        #expect(failed.failure == .dependency && failed.spec.after == [first.job])
        #expect(try await fixture.store.retry(job.id).state == .queued)
    }

    // MARK: Many

    /// What a transaction did at most, by the events it added.
    private func settle(
        _ fixture: StoreFixture, _ first: () async throws -> Void
    ) async throws -> (transactions: Int, most: Int) {
        var newest = try await fixture.store.newestEvent().rawValue
        var most = 0
        func look() async throws {
            let now = try await fixture.store.newestEvent().rawValue
            most = max(most, Int(now - newest))
            newest = now
        }
        try await first()
        try await look()
        var transactions = 1
        while try await fixture.store.claim(bootID: "b", limit: 1).mayHaveMore {
            transactions += 1
            try await look()
        }
        try await look()
        return (transactions, most)
    }

    private static let many = 10_000

    /// Of 10,000 jobs, each of which comes after the one before it, the first
    /// fails.
    @Test func aLongChainIsSettledInSteps() async throws {
        let fixture = try StoreFixture()
        let chain = [[]] + (0..<Self.many - 1).map { [$0] }
        let jobs = try await fixture.submit(chain: chain)
        try await fixture.claim()
        _ = try await fixture.store.setQueue("default", QueueChange(isPaused: true))
        let work = try await settle(fixture) {
            try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        }
        #expect(try await fixture.store.jobCounts() == [.failed: Self.many])
        #expect(work.most <= 300 && work.transactions <= Self.many / 200 + 2)
        let last = try await fixture.job(try #require(jobs.last?.id))
        #expect(last.failure == .dependency)
        #expect(last.error?.contains("Job \(last.id.rawValue - 1),") == true)
    }

    /// So many jobs come after one, which succeeds or fails.
    @Test(arguments: [(many, nil), (many / 5, Failure.exit)])
    func aWideFanIsSettledInSteps(many: Int, failure: Failure?) async throws {
        let fixture = try StoreFixture()
        let fan = [[]] + Array(repeating: [0], count: many - 1)
        let jobs = try await fixture.submit(chain: fan)
        try await fixture.claim()
        _ = try await fixture.store.setQueue("default", QueueChange(isPaused: true))
        let work = try await settle(fixture) {
            try await fixture.end(AttemptID(job: jobs[0].id, number: 1), failure)
        }
        #expect(
            try await fixture.store.jobCounts()
                == (failure == nil
                    ? [.succeeded: 1, .queued: many - 1] : [.failed: many]))
        #expect(work.most <= 300 && work.transactions <= many / 200 + 2)
    }

    /// A restart in the midst of it loses nobody.
    @Test func whatIsNotSettledYetIsSettledAfterARestart() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[]] + Array(repeating: [0], count: 500))
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        let failed = try #require(try await fixture.store.jobCounts()[.failed])
        #expect(failed < 500, "some are left")
        try fixture.reopen()
        _ = fixture.takeEffects()
        _ = try await settle(fixture) {}
        #expect(try await fixture.store.jobCounts() == [.failed: 501])
        let effects = fixture.takeEffects().filter { !$0.isEmpty }
        #expect(!effects.isEmpty && effects.allSatisfy { $0.isSuperset(of: [.events, .ends]) })
    }

    /// Who deletes a job whose end was not passed on to all passes it on.
    @Test func aDeletionLeavesNobodyWaiting() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[]] + Array(repeating: [0], count: 900))
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        try await fixture.store.delete(jobs[0].id)
        #expect(try await fixture.store.jobCounts() == [.failed: 900])
    }

    /// Run again before all who wait were told, it is waited for once more.
    @Test func whoWasNotToldYetWaitsForTheNextEnd() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        let jobs = try await fixture.submit(chain: [[]] + Array(repeating: [0], count: 500))
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        let told = try #require(try await fixture.store.jobCounts()[.failed])
        _ = try await fixture.store.retry(jobs[0].id)
        #expect(try await fixture.claim() == [AttemptID(job: jobs[0].id, number: 2)])
        _ = try await settle(fixture) {}
        let counts = try await fixture.store.jobCounts()
        #expect(counts == [.running: 1, .failed: told - 1, .waiting: 501 - told])
        try await fixture.end(AttemptID(job: jobs[0].id, number: 2))
        _ = try await fixture.store.setQueue("default", QueueChange(isPaused: true))
        _ = try await settle(fixture) {}
        #expect(
            try await fixture.store.jobCounts()
                == [.succeeded: 1, .failed: told - 1, .queued: 501 - told])
    }

    /// One job comes after a thousand.
    @Test func aJobMayComeAfterManyOthers() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(
            chain: Array(repeating: [], count: 1000) + [Array(0..<1000)])
        try await fixture.setSlots(1000)
        let attempts = try await fixture.claim(2000)
        #expect(attempts.count == 1000)
        for attempt in attempts.dropLast() { try await fixture.end(attempt) }
        #expect(try await fixture.job(jobs[1000].id).waitingFor == .jobs)
        try await fixture.end(attempts[999])
        #expect(try await fixture.job(jobs[1000].id).state == .queued)
        #expect(try await fixture.job(jobs[1000].id).spec.after == jobs[..<1000].map(\.id))
    }
}
