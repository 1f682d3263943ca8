import JobModel
import Testing

@testable import JobStore

/// Pausing, signalling, changing and feeding jobs.
@Suite struct StoreControlTests {
    // MARK: Pausing

    @Test func aPausedJobKeepsItsSlotAndItsAttempt() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(1)
        let first = try await fixture.submit().id
        let second = try await fixture.submit().id
        try await fixture.claim()
        fixture.now = fixture.now + 5
        let paused = try await fixture.store.setPaused(true, first)
        #expect(paused.state == .paused && paused.attempt == 1)
        #expect(try await fixture.claim().isEmpty)
        let attempt = AttemptID(job: first, number: 1)
        #expect(try await fixture.store.orders() == [attempt: AttemptOrders(isPaused: true)])
        let resumed = try await fixture.store.setPaused(false, first)
        #expect(resumed.state == .running && resumed.attempt == 1)
        #expect(try await fixture.store.orders() == [attempt: AttemptOrders()])
        let events = try await fixture.store.events(of: first, after: .beginning, limit: 9)
        #expect(
            events.map(\.content) == [
                .state(.queued), .state(.running), .state(.paused), .state(.running),
            ])
        #expect(events.map(\.attempt) == [0, 1, 1, 1] && events.last?.time == fixture.now)
        try await fixture.end(attempt)
        #expect(try await fixture.claim().map(\.job) == [second])
    }

    @Test func pausingAgainChangesNothing() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        for isPaused in [false, true, true, false, false] {
            _ = try await fixture.store.setPaused(isPaused, attempt.job)
        }
        let events = try await fixture.store.events(of: attempt.job, after: .beginning, limit: 9)
        #expect(events.count == 4)
    }

    @Test func onlyWhatRunsIsPausedOrSignalled() async throws {
        let fixture = try StoreFixture()
        let running = try await fixture.submit().id
        let finished = try await fixture.finish()
        let now = fixture.now
        let waiting = try await fixture.submit { $0.notBefore = now + 9 }.id
        try await fixture.setSlots(0)
        let queued = try await fixture.submit().id
        let events = try await fixture.events()
        for id in [finished, waiting, queued, JobID(rawValue: 99)] {
            let expected: JobError.Code = id.rawValue == 99 ? .jobNotFound : .conflict
            for isPaused in [true, false] {
                let refused = try await code {
                    _ = try await fixture.store.setPaused(isPaused, id)
                }
                #expect(refused == expected)
            }
            let refused = try await code {
                _ = try await fixture.store.requestSignal(id, 10, isForTree: false)
            }
            #expect(refused == expected)
        }
        #expect(try await fixture.events() == events)
        #expect(try await fixture.job(running).state == .running)
    }

    @Test(arguments: [JobState.succeeded, .failed, .cancelled])
    func whatIsPausedCanEnd(state: JobState) async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        _ = try await fixture.store.setPaused(true, attempt.job)
        let outcome = Outcome(
            state: state, exitCode: state == .succeeded ? 0 : nil,
            failure: state == .failed ? .signal : nil, time: fixture.now)
        try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 0)
        #expect(try await fixture.job(attempt.job).state == state)
        #expect(try await fixture.store.orders().isEmpty)
    }

    /// A cancel reaches what stands still, which goes on being paused until then.
    @Test func whatIsPausedCanBeCancelled() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        _ = try await fixture.store.setPaused(true, attempt.job)
        let asked = try await fixture.store.requestCancel(attempt.job, signal: 2, grace: 3)
        #expect(asked.state == .paused && asked.cancelRequestedAt == fixture.now)
        #expect(
            try await fixture.store.orders() == [
                attempt: AttemptOrders(cancel: CancelOrder(signal: 2, grace: 3), isPaused: true)
            ])
    }

    // MARK: Signals

    @Test func signalsAreKeptUntilTheyAreDelivered() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        _ = fixture.takeEffects()
        _ = try await fixture.store.requestSignal(attempt.job, 10, isForTree: false)
        let effects = fixture.takeEffects()
        #expect(effects.count == 1 && effects[0].contains(.orders))
        _ = try await fixture.store.requestSignal(attempt.job, 12, isForTree: true)
        _ = try await fixture.store.requestSignal(attempt.job, 10, isForTree: false)
        try fixture.reopen()
        let orders = try #require(try await fixture.store.orders()[attempt]).signals
        #expect(orders.map(\.signal) == [10, 12, 10])
        #expect(orders.map(\.isForTree) == [false, true, false])
        #expect(try await fixture.store.activeAttempts().first?.orders.signals == orders)
        try await fixture.store.removeSignals(Array(orders.prefix(2)))
        #expect(try await fixture.store.orders()[attempt]?.signals == [orders[2]])
        // An attempt that has ended takes its signals along; the next has none.
        try await fixture.end(attempt)
        _ = try await fixture.store.retry(attempt.job)
        let again = try await fixture.claim()
        #expect(again == [AttemptID(job: attempt.job, number: 2)])
        #expect(try await fixture.store.orders() == [again[0]: AttemptOrders()])
    }

    /// Who has delivered a signal removes it a little later: meanwhile its job may
    /// have ended, and another have been sent one.
    @Test func aDeliveredSignalTakesNoOtherAlong() async throws {
        let fixture = try StoreFixture()
        let one = try await fixture.run()
        let two = try await fixture.run()
        _ = try await fixture.store.requestSignal(one.job, 10, isForTree: false)
        let delivered = try #require(try await fixture.store.orders()[one]).signals
        try await fixture.end(one)
        _ = try await fixture.store.requestSignal(two.job, 12, isForTree: false)
        try await fixture.store.removeSignals(delivered)
        #expect(try await fixture.store.orders()[two]?.signals.map(\.signal) == [12])
    }

    // MARK: Changing

    @Test func whatHasNotStartedCanBeChanged() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue("other", QueueChange(isPaused: true))
        let job = try await fixture.submit { $0.labels = ["a": "b", "c": "d"] }
        let later = fixture.now + 50
        let changed = try await fixture.store.update(
            job.id,
            JobChange(priority: -7, queue: "other", notBefore: .some(later), labels: ["x": "y"]))
        #expect(changed.spec.priority == -7 && changed.spec.queue == "other")
        #expect(changed.spec.notBefore == later && changed.spec.labels == ["x": "y"])
        #expect(changed.state == .waiting && changed.waitingFor == .time)
        #expect(changed.eligibleAt == later)
        #expect(try await fixture.job(job.id) == changed)
        // What is not named stays.
        let put = try await fixture.store.update(job.id, JobChange(priority: 3))
        #expect(put.spec.notBefore == later && put.spec.labels == ["x": "y"])
        #expect(put.eligibleAt == later)
        // Taken away, the time is no longer waited for.
        let freed = try await fixture.store.update(job.id, JobChange(notBefore: .some(nil)))
        #expect(freed.state == .queued && freed.waitingFor == nil && freed.eligibleAt == nil)
        #expect(freed.spec.notBefore == nil)
        let events = try await fixture.store.events(of: job.id, after: .beginning, limit: 9)
        #expect(
            events.map(\.content) == [
                .state(.queued), .state(Event.StateChange(.waiting, waitingFor: .time)),
                .action(.change, .waiting), .state(.queued),
            ])
    }

    @Test func aChangeOfTimeIsNoNewsToWhoWaitsForOthers() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[], [0]])
        let later = fixture.now + 50
        let changed = try await fixture.store.update(jobs[1].id, JobChange(notBefore: .some(later)))
        #expect(changed.waitingFor == .jobs)
        #expect(changed.eligibleAt == nil)
        // The time counts once the others have finished.
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1))
        let waiting = try await fixture.job(jobs[1].id)
        #expect(waiting.waitingFor == .time && waiting.eligibleAt == later)
    }

    @Test func whatHasStartedCannotBeChanged() async throws {
        let fixture = try StoreFixture()
        let finished = try await fixture.finish()
        let running = try await fixture.run()
        for id in [finished, running.job] {
            let before = try await fixture.job(id)
            for change in [JobChange(priority: 1), JobChange(notBefore: .some(nil)), JobChange()] {
                let refused = try await code { _ = try await fixture.store.update(id, change) }
                #expect(refused == .conflict)
            }
            #expect(try await fixture.job(id) == before)
        }
        let missing = try await code {
            _ = try await fixture.store.update(JobID(rawValue: 99), JobChange(priority: 1))
        }
        #expect(missing == .jobNotFound)
    }

    @Test func aJobOnlyMovesToWhereItCanRun() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue("gpu", QueueChange(resources: ["gpu": .count(2)]))
        _ = try await fixture.store.setQueue("none", QueueChange())
        _ = try await fixture.store.setQueue("small", QueueChange(resources: ["gpu": .count(1)]))
        let job = try await fixture.submit {
            $0.queue = "gpu"
            $0.resources = ["gpu": 2]
        }
        for name in ["nowhere", "none", "small"] {
            let error = try await #require(throws: JobError.self) {
                try await fixture.store.update(job.id, JobChange(priority: 9, queue: name))
            }
            #expect(error.code == .invalidSpec)
            #expect(error.fields.map(\.field) == [name == "nowhere" ? "queue" : "resources.gpu"])
        }
        #expect(try await fixture.job(job.id) == job)
    }

    /// A move frees the turn in one queue and takes one in the other.
    @Test func aMovedJobHasItsTurnInTheOtherQueue() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue("other", QueueChange(slots: 1))
        try await fixture.setSlots(0)
        let job = try await fixture.submit()
        #expect(try await fixture.claim().isEmpty)
        _ = try await fixture.store.update(job.id, JobChange(queue: "other"))
        #expect(try await fixture.claim().map(\.job) == [job.id])
    }

    // MARK: Input

    @Test func inputThatComesLaterHasAnEnd() async throws {
        let fixture = try StoreFixture()
        let later = try await fixture.submit()
        let given = try await fixture.submit { $0.stdin = "" }
        let store = fixture.store
        #expect(try await !store.isInputEnded(of: later.id))
        #expect(try await store.isInputEnded(of: given.id))
        for _ in 0..<2 { try await store.endInput(of: later.id) }
        #expect(try await store.isInputEnded(of: later.id))
        // Once, and not when it was said again.
        #expect(
            try await store.events(of: later.id, after: .beginning, limit: 9).map(\.content)
                == [.state(.queued), .action(.input, .queued)])
        let missing = try await code { try await store.endInput(of: JobID(rawValue: 99)) }
        #expect(missing == .jobNotFound)
    }
}
