import JobModel
import Testing

@testable import JobStore

/// Whose turn it is.
@Suite struct StoreClaimTests {
    // MARK: Turns

    @Test func ofTwoTheHigherPriorityIsFirstAndThenTheOlder() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(100)
        let priorities = [0, 5, -1_000_000, 5, 0, 1_000_000, -1]
        var ids: [JobID] = []
        for priority in priorities {
            ids.append(try await fixture.submit { $0.priority = priority }.id)
        }
        let order = [5, 1, 3, 0, 4, 6, 2].map { ids[$0] }
        #expect(try await fixture.claim(4).map(\.job) == Array(order[..<4]))
        // One that is changed has its new turn.
        _ = try await fixture.store.update(ids[2], JobChange(priority: 7))
        #expect(try await fixture.claim().map(\.job) == [ids[2], ids[4], ids[6]])
    }

    @Test func eachQueueHasItsOwnSlots() async throws {
        let fixture = try StoreFixture()
        for (name, slots) in [("a", 2), ("b", 0), ("c", 1), ("d", 100_000)] {
            _ = try await fixture.store.setQueue(name, QueueChange(slots: slots))
        }
        var expected: [JobID] = []
        for name in ["a", "b", "c", "d"] {
            for number in 0..<3 {
                let id = try await fixture.submit { $0.queue = name }.id
                if (name == "a" && number < 2) || (name == "c" && number < 1) || name == "d" {
                    expected.append(id)
                }
            }
        }
        #expect(try await fixture.claim().map(\.job) == expected)
        #expect(try await fixture.claim().isEmpty)
    }

    @Test func aPausedQueueStartsNothing() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let running = try await fixture.run()
        _ = try await store.setQueue("default", QueueChange(isPaused: true))
        let job = try await fixture.submit()
        #expect(try await fixture.claim().isEmpty)
        // What runs is left alone.
        #expect(try await store.activeAttempts().map(\.attempt) == [running])
        #expect(try await fixture.job(running.job).state == .running)
        _ = try await store.setQueue("default", QueueChange(isPaused: false))
        #expect(try await fixture.claim().map(\.job) == [job.id])
    }

    /// Whoever asks for fewer than there are is told to ask again.
    @Test func aLookThatWasCutShortSaysSo() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(100)
        for _ in 0..<5 { try await fixture.submit() }
        var claimed = 0
        for limit in [2, 2] {
            let round = try await fixture.store.claim(bootID: "b", limit: limit)
            claimed += round.claims.count
            #expect(round.claims.count == limit && round.mayHaveMore)
        }
        let last = try await fixture.store.claim(bootID: "b", limit: 2)
        #expect(last.claims.count == 1 && !last.mayHaveMore)
        _ = fixture.takeEffects()
        let none = try await fixture.store.claim(bootID: "b", limit: 2)
        #expect(fixture.takeEffects().isEmpty, "nothing has happened")
        #expect(none.claims.isEmpty && !none.mayHaveMore && none.nextWake == nil)
    }

    // MARK: Times

    @Test func nothingStartsBeforeItsTime() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(100)
        let now = fixture.now
        let late = try await fixture.submit { $0.notBefore = now + 20 }
        let soon = try await fixture.submit { $0.notBefore = now + 10 }
        let past = try await fixture.submit { $0.notBefore = now + -10 }
        let present = try await fixture.submit { $0.notBefore = now }
        #expect(late.state == .waiting && late.waitingFor == .time)
        #expect(late.eligibleAt == now + 20)
        #expect(past.state == .queued && present.state == .queued)
        let first = try await fixture.store.claim(bootID: "b", limit: 99)
        #expect(first.claims.map(\.attempt.job) == [past.id, present.id])
        #expect(first.nextWake == now + 10)
        fixture.now = now + 9
        #expect(try await fixture.claim().isEmpty)
        fixture.now = now + 10
        let second = try await fixture.store.claim(bootID: "b", limit: 99)
        #expect(second.claims.map(\.attempt.job) == [soon.id])
        #expect(second.nextWake == now + 20)
        // A clock that steps back takes nothing back, and starts nothing early.
        fixture.now = now
        #expect(try await fixture.claim().isEmpty)
        fixture.now = now + 500
        let third = try await fixture.store.claim(bootID: "b", limit: 99)
        #expect(third.claims.map(\.attempt.job) == [late.id] && third.nextWake == nil)
        #expect(
            try await fixture.store.events(of: late.id, after: .beginning, limit: 9)
                .map(\.content) == [
                    .state(Event.StateChange(.waiting, waitingFor: .time)), .state(.queued),
                    .state(.running),
                ])
    }

    /// Many become eligible at the same moment: in several looks, and all of them.
    @Test func manyAreWokenInSteps() async throws {
        let fixture = try StoreFixture()
        let later = fixture.now + 10
        _ = try await fixture.store.submit(
            (0..<1000).map { _ in
                Submission(JobSpec(command: .shell("true"), notBefore: later))
            }, asBatch: true, key: nil)
        _ = try await fixture.store.setQueue("default", QueueChange(isPaused: true))
        fixture.now = later
        var looks = 1
        var newest = try await fixture.store.newestEvent().rawValue
        while try await fixture.store.claim(bootID: "b", limit: 1).mayHaveMore {
            looks += 1
            let now = try await fixture.store.newestEvent().rawValue
            #expect(now - newest <= 300)
            newest = now
        }
        #expect(looks <= 10)
        #expect(try await fixture.store.jobCounts() == [.queued: 1000])
    }

    // MARK: Resources

    /// A queue of its own with these.
    private func queue(
        _ resources: [String: Resource], _ fixture: StoreFixture
    ) async throws {
        _ = try await fixture.store.setQueue(
            "default", QueueChange(slots: 100, resources: resources))
    }

    @Test func namesAreGivenToOneJobAtATime() async throws {
        let fixture = try StoreFixture()
        try await queue(["gpu": .names(["a", "b", "c"]), "mem_gb": .count(24)], fixture)
        let needs: [[String: Int64]] = [
            ["gpu": 2, "mem_gb": 20], ["gpu": 2], ["mem_gb": 4], ["gpu": 1], [:],
        ]
        var ids: [JobID] = []
        for need in needs { ids.append(try await fixture.submit { $0.resources = need }.id) }
        let claims = try await fixture.store.claim(bootID: "b", limit: 99).claims
        // The second waits for two of them, and keeps the third from the fourth.
        #expect(claims.map(\.attempt.job) == [ids[0], ids[2], ids[4]])
        guard case .names(let two)? = claims[0].granted["gpu"] else {
            Issue.record("no names")
            return
        }
        #expect(Set(two).count == 2 && Set(two).isSubset(of: ["a", "b", "c"]))
        #expect(claims[0].granted["mem_gb"] == .amount(20))
        #expect(claims[1].granted == ["mem_gb": .amount(4)] && claims[2].granted.isEmpty)
        for claim in claims {
            let job = try await fixture.job(claim.attempt.job)
            #expect(job.granted == claim.granted)
            let attempts = try await fixture.store.attempts(of: job.id)
            #expect(attempts.map(\.granted) == [claim.granted])
        }
        // Paused, a job keeps what it has.
        _ = try await fixture.store.setPaused(true, ids[0])
        #expect(try await fixture.claim().isEmpty)
        try await fixture.end(claims[0].attempt)
        let next = try await fixture.store.claim(bootID: "b", limit: 99).claims
        #expect(next.map(\.attempt.job) == [ids[1], ids[3]])
        let names = next.flatMap { claim in
            claim.granted["gpu"].map(StoreModel.names) ?? []
        }
        #expect(names.sorted() == ["a", "b", "c"])
        // A finished job shows what it had.
        #expect(try await fixture.job(ids[0]).granted == claims[0].granted)
    }

    /// What is kept for one that needs much is kept from all behind it, whatever
    /// their priority was when they came.
    @Test func oneThatNeedsMuchIsNotPassedForEver() async throws {
        let fixture = try StoreFixture()
        try await queue(["mem": .count(4)], fixture)
        let small = try await fixture.submit { $0.resources = ["mem": 1] }
        try await fixture.claim()
        let large = try await fixture.submit { $0.resources = ["mem": 4] }
        let behind = try await fixture.submit { $0.resources = ["mem": 1] }
        #expect(try await fixture.claim().isEmpty)
        // One that comes before it by priority does not wait for it.
        let urgent = try await fixture.submit {
            $0.resources = ["mem": 1]
            $0.priority = 1
        }
        #expect(try await fixture.claim().map(\.job) == [urgent.id])
        try await fixture.end(AttemptID(job: urgent.id, number: 1))
        #expect(try await fixture.claim().isEmpty)
        try await fixture.end(AttemptID(job: small.id, number: 1))
        #expect(try await fixture.claim().map(\.job) == [large.id])
        try await fixture.end(AttemptID(job: large.id, number: 1))
        #expect(try await fixture.claim().map(\.job) == [behind.id])
    }

    /// A retry is given anew, not what it had.
    @Test func everyAttemptIsGivenItsOwn() async throws {
        let fixture = try StoreFixture()
        try await queue(["gpu": .names(["a", "b"])], fixture)
        let first = try await fixture.submit {
            $0.resources = ["gpu": 1]
            $0.retry = RetryPolicy(backoff: 0)
        }
        try await fixture.claim()
        let had = try await fixture.job(first.id).granted
        let other = try await fixture.submit { $0.resources = ["gpu": 1] }
        try await fixture.end(AttemptID(job: first.id, number: 1), .exit)
        // The other is older now in no way, but both fit.
        let claims = try await fixture.store.claim(bootID: "b", limit: 99).claims
        #expect(claims.map(\.attempt.job) == [first.id, other.id])
        let names = claims.flatMap { $0.granted["gpu"].map(StoreModel.names) ?? [] }
        #expect(names.sorted() == ["a", "b"])
        let attempts = try await fixture.store.attempts(of: first.id)
        #expect(attempts.map(\.granted) == [had, claims[0].granted])
    }

    /// What was given as a number counts when it has names, and the other way.
    @Test(arguments: [
        (Resource.count(3), Resource.names(["a", "b", "c"])),
        (.names(["x", "y", "z"]), .count(3)),
        (.count(3), .count(2)),
        (.names(["x", "y", "z"]), .names(["x", "y"])),
    ])
    func whatIsInUseStaysInUseWhenTheQueueChanges(before: Resource, after: Resource) async throws {
        let fixture = try StoreFixture()
        try await queue(["r": before], fixture)
        let first = try await fixture.submit { $0.resources = ["r": 2] }
        try await fixture.claim()
        try await queue(["r": after], fixture)
        var ids: [JobID] = []
        for _ in 0..<3 { ids.append(try await fixture.submit { $0.resources = ["r": 1] }.id) }
        #expect(try await fixture.claim().map(\.job) == Array(ids.prefix(Int(after.total) - 2)))
        try await fixture.end(AttemptID(job: first.id, number: 1))
        #expect(try await fixture.claim().count == 2)
    }
}
