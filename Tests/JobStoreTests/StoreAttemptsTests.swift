import JobModel
import Testing

@testable import JobStore

/// Claiming, following and finishing attempts.
@Suite struct StoreAttemptsTests {
    private func outcome(
        _ state: JobState, _ failure: Failure? = nil, at time: Timestamp
    ) -> Outcome {
        Outcome(
            state: state, exitCode: state == .succeeded ? 0 : 3, failure: failure,
            error: failure.map { "\($0)" },
            usage: Usage(cpuMicroseconds: 1, maxRSSBytes: 2, outputBytes: 3), time: time)
    }

    @Test func claimsTheOldestAsLongAsThereAreSlots() async throws {
        let fixture = try StoreFixture()
        var ids: [JobID] = []
        for _ in 0..<6 { ids.append(try await fixture.submit().id) }
        try await fixture.setSlots(4)
        func claim(_ limit: Int) async throws -> [JobID] {
            try await fixture.claim(limit).map(\.job)
        }
        #expect(try await claim(3) == Array(ids[0..<3]))
        #expect(try await claim(3) == [ids[3]])
        #expect(try await claim(3) == [])
        let first = AttemptID(job: ids[0], number: 1)
        try await fixture.store.finish(
            first, with: outcome(.succeeded, at: fixture.now), readings: [], consumed: 0)
        #expect(try await claim(3) == [ids[4]])
        // Fewer slots than attempts: nothing is taken away, nothing is given.
        try await fixture.setSlots(1)
        #expect(try await claim(3) == [])
        #expect(try await fixture.store.activeAttempts().count == 4)
        try await fixture.setSlots(0)
        #expect(try await claim(3) == [])
    }

    @Test func aClaimIsAnEventAndAnAttempt() async throws {
        let fixture = try StoreFixture()
        let submitted = try await fixture.submit { $0.name = "n" }
        fixture.now = fixture.now + 9
        let claims = try await fixture.store.claim(bootID: "this-boot", limit: 9).claims
        let attempt = AttemptID(job: submitted.id, number: 1)
        #expect(claims.map(\.attempt) == [attempt])
        #expect(claims.map(\.spec) == [submitted.spec])
        let job = try #require(try await fixture.store.job(submitted.id))
        #expect(job.state == .running && job.attempt == 1 && job.startedAt == fixture.now)
        let event = try #require(try await fixture.events().last)
        #expect(event.content == .state(.running) && event.attempt == 1)
        #expect(event.id == job.cursor && event.time == fixture.now)
        let active = try #require(try await fixture.store.activeAttempts().first)
        #expect(active.attempt == attempt && active.bootID == "this-boot")
        #expect(active.consumed == 0 && active.newestReading == nil && active.granted.isEmpty)
        #expect(active.orders == AttemptOrders())
    }

    @Test func readingsAndTheirPlaceInTheJournalAreStoredTogether() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        _ = fixture.takeEffects()
        let progress = Progress(
            fraction: 0.25, done: 1.5, total: 6, unit: "files", message: "é\n\"", rate: 0.1,
            etaSeconds: 45, source: ProgressSource(rawValue: "rsync"))
        let first = StampedProgress(progress: progress, time: Timestamp(microseconds: 77))
        try await fixture.store.record(
            [first, reading(0.5, at: 99)], of: attempt, consumed: 1 << 40)
        let active = try #require(try await fixture.store.activeAttempts().first)
        #expect(active.consumed == 1 << 40)
        #expect(active.newestReading == Timestamp(microseconds: 99))
        #expect(try await fixture.store.job(attempt.job)?.progress == reading(0.5, at: 99))
        let events = try await fixture.events().suffix(2)
        #expect(
            events.map(\.content) == [
                .progress(progress), .progress(reading(0.5, at: 99).progress),
            ])
        #expect(events.map(\.time.microseconds) == [77, 99])
        #expect(events.allSatisfy { $0.attempt == 1 })
        // No reading, but more of the journal has been looked at.
        try await fixture.store.record([], of: attempt, consumed: (1 << 40) + 1)
        #expect(try await fixture.store.activeAttempts().first?.consumed == (1 << 40) + 1)
        #expect(try await fixture.store.job(attempt.job)?.progress == reading(0.5, at: 99))
    }

    @Test(arguments: [
        (JobState.succeeded, Failure?.none), (.cancelled, nil), (.failed, .exit),
        (.failed, .signal), (.failed, .timeout), (.failed, .stalled), (.failed, .unstartable),
        (.failed, .outputLimit), (.failed, .lost),
    ])
    func finishesAsTheOutcomeSays(state: JobState, failure: Failure?) async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let ended = outcome(state, failure, at: fixture.now + 1000)
        try await fixture.store.finish(
            attempt, with: ended, readings: [reading(0.9, at: 5)], consumed: 10)
        let job = try #require(try await fixture.store.job(attempt.job))
        #expect(job.state == state && job.failure == failure && job.error == ended.error)
        #expect(job.exitCode == ended.exitCode && job.usage == ended.usage)
        #expect(job.finishedAt == ended.time && job.progress == reading(0.9, at: 5))
        let events = try await fixture.events()
        #expect(
            events.last?.content
                == .end(
                    Event.End(
                        state: state, exitCode: ended.exitCode, failure: failure,
                        error: ended.error)))
        #expect(events.last?.id == job.cursor)
        #expect(events.count == 4)
        #expect(try await fixture.store.activeAttempts().isEmpty)
    }

    @Test func aCancelWinsOverHoweverTheCommandEnded() async throws {
        for ended in [JobState.succeeded, .failed, .cancelled] {
            let fixture = try StoreFixture()
            let attempt = try await fixture.run()
            _ = try await fixture.store.requestCancel(attempt.job, signal: nil, grace: nil)
            let outcome = outcome(ended, ended == .failed ? .signal : nil, at: fixture.now)
            try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 0)
            let job = try #require(try await fixture.store.job(attempt.job))
            #expect(job.state == .cancelled && job.failure == nil && job.error == nil)
            #expect(job.exitCode == outcome.exitCode)
            #expect(try await fixture.store.orders().isEmpty)
        }
    }

    @Test func aLateExitOverwritesNothing() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        try await fixture.store.finish(
            attempt, with: outcome(.cancelled, at: fixture.now), readings: [], consumed: 0)
        let job = try await fixture.store.job(attempt.job)
        let events = try await fixture.events()
        for number in [0, 1, 2] {
            let late = AttemptID(job: attempt.job, number: number)
            try await fixture.store.finish(
                late, with: outcome(.succeeded, at: fixture.now), readings: [reading(1, at: 1)],
                consumed: 99)
            try await fixture.store.record([reading(1, at: 1)], of: late, consumed: 99)
        }
        #expect(try await fixture.store.job(attempt.job) == job)
        #expect(try await fixture.events() == events)
    }

    @Test func anotherAttemptsExitEndsNothing() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let before = try await fixture.events()
        for number in [0, 2] {
            let other = AttemptID(job: attempt.job, number: number)
            try await fixture.store.finish(
                other, with: outcome(.failed, .lost, at: fixture.now), readings: [], consumed: 9)
            try await fixture.store.record([reading(1, at: 1)], of: other, consumed: 9)
        }
        let missing = AttemptID(job: JobID(rawValue: 99), number: 1)
        try await fixture.store.finish(
            missing, with: outcome(.failed, .lost, at: fixture.now), readings: [], consumed: 9)
        try await fixture.store.record([reading(1, at: 1)], of: missing, consumed: 9)
        #expect(try await fixture.events() == before)
        #expect(try await fixture.store.activeAttempts().first?.consumed == 0)
    }

    @Test func aClockThatStepsBackEndsNoJobBeforeItsStart() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let started = fixture.now
        try await fixture.store.finish(
            attempt, with: outcome(.succeeded, at: started + -500_000), readings: [], consumed: 0)
        #expect(try await fixture.store.job(attempt.job)?.finishedAt == started)
    }

    @Test func whatIsActiveIsKnownAfterAReopening() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        try await fixture.store.record([reading(0.5, at: 7)], of: attempt, consumed: 70)
        _ = try await fixture.store.requestCancel(attempt.job, signal: 2, grace: 5)
        let before = try await fixture.store.activeAttempts()
        try fixture.reopen()
        #expect(try await fixture.store.activeAttempts() == before)
        #expect(before.first?.orders.cancel == CancelOrder(signal: 2, grace: 5))
        #expect(before.first?.newestReading == Timestamp(microseconds: 7))
    }

    /// A tracker would take it for its own.
    @Test func theNewestReadingIsNotOneFromFiles() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.watchFiles = true }
        func fromFiles(at time: Int64) -> StampedProgress {
            StampedProgress(
                progress: Progress(fraction: 0.5, source: .files),
                time: Timestamp(microseconds: time))
        }
        func newest() async throws -> Timestamp? {
            try #require(try await fixture.store.activeAttempts().first).newestReading
        }
        try await fixture.store.record([fromFiles(at: 5)], of: attempt, consumed: 0)
        #expect(try await newest() == nil)
        try await fixture.store.record(
            [reading(0.1, at: 6), reading(0.2, at: 7), fromFiles(at: 8), fromFiles(at: 9)],
            of: attempt, consumed: 70)
        #expect(try await newest() == Timestamp(microseconds: 7))
        #expect(try await fixture.job(attempt.job).progress == fromFiles(at: 9))
        try await fixture.store.record([reading(0.3, at: 10)], of: attempt, consumed: 71)
        #expect(try await newest() == Timestamp(microseconds: 10))
        // Another attempt has none of the one before.
        try await fixture.end(attempt)
        _ = try await fixture.store.retry(attempt.job)
        try await fixture.claim()
        let second = AttemptID(job: attempt.job, number: 2)
        try await fixture.store.record([fromFiles(at: 11)], of: second, consumed: 0)
        #expect(try await newest() == nil)
    }

    @Test func saysWhatItHasChanged() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        _ = fixture.takeEffects()
        try await fixture.store.record([reading(0.5, at: 7)], of: attempt, consumed: 70)
        #expect(fixture.takeEffects() == [.events])
        try await fixture.store.finish(
            attempt, with: outcome(.succeeded, at: fixture.now), readings: [], consumed: 0)
        #expect(fixture.takeEffects() == [[.events, .scheduling, .ends]])
        try await fixture.setSlots(2)
        #expect(fixture.takeEffects() == [.scheduling])
    }
}
