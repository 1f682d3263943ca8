import JobModel
import Testing

@testable import JobStore

/// Making, changing and removing queues.
@Suite struct StoreQueuesTests {
    @Test func aQueueIsMadeAndThenChanged() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let made = try await store.setQueue("q", QueueChange())
        #expect(made.isNew && made.status == QueueStatus(queue: Queue(name: "q", slots: 1)))
        let resources: [String: Resource] = ["gpu": .names(["1", "0"]), "mem_gb": .count(24)]
        let changed = try await store.setQueue("q", QueueChange(slots: 0, resources: resources))
        #expect(!changed.isNew)
        #expect(changed.status.queue == Queue(name: "q", slots: 0, resources: resources))
        // What is left out stays.
        let paused = try await store.setQueue("q", QueueChange(isPaused: true))
        #expect(paused.status.queue.isPaused && paused.status.queue.resources == resources)
        let same = try await store.setQueue("q", QueueChange())
        #expect(!same.isNew && same.status == paused.status)
        let fewer = try await store.setQueue("q", QueueChange(resources: ["gpu": .names(["0"])]))
        #expect(fewer.status.queue.resources == ["gpu": .names(["0"])], "all are replaced")
        try fixture.reopen()
        #expect(try await fixture.store.queue("q") == fewer.status)
        #expect(try await fixture.store.queues().map(\.queue.name) == ["default", "q"])
        #expect(try await fixture.store.queue("Q") == nil)
    }

    @Test func saysWhatIsInIt() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue(
            "default",
            QueueChange(slots: 3, resources: ["gpu": .names(["a", "b", "c"]), "mem": .count(9)]))
        for _ in 0..<4 {
            try await fixture.submit { $0.resources = ["gpu": 1, "mem": 2] }
        }
        let now = fixture.now
        try await fixture.submit { $0.notBefore = now + 9 }
        _ = try await fixture.store.requestCancel(
            try await fixture.submit().id, signal: nil, grace: nil)
        try await fixture.claim()
        _ = try await fixture.store.setQueue("other", QueueChange())
        try await fixture.submit { $0.queue = "other" }
        let attempts = try await fixture.store.activeAttempts().map(\.attempt)
        _ = try await fixture.store.setPaused(true, attempts[0].job)
        let status = try #require(try await fixture.store.queue("default"))
        #expect(status.running == 3 && status.queued == 1 && status.waiting == 1)
        #expect(status.inUse["mem"] == .amount(6))
        #expect(status.inUse["gpu"].map { StoreModel.names($0).sorted() } == ["a", "b", "c"])
        let other = try #require(try await fixture.store.queue("other"))
        #expect(other.queued == 1 && other.inUse.isEmpty && other.running == 0)
        #expect(try await fixture.store.queues() == [status, other])
    }

    // MARK: Fewer

    @Test func fewerSlotsTakeNothingAway() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(3)
        for _ in 0..<4 { try await fixture.submit() }
        let attempts = try await fixture.claim()
        let status = try await fixture.store.setQueue("default", QueueChange(slots: 1)).status
        #expect(status.running == 3 && status.queued == 1)
        for attempt in attempts.dropLast() {
            try await fixture.end(attempt)
            #expect(try await fixture.claim().isEmpty)
        }
        try await fixture.end(attempts[2])
        #expect(try await fixture.claim().count == 1)
    }

    /// Whatever has not finished must fit, wherever it stands.
    @Test(arguments: [JobState.waiting, .queued, .running, .paused])
    func whatWouldNotFitAnyMoreIsInTheWay(state: JobState) async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let before = try await store.setQueue(
            "default", QueueChange(slots: 0, resources: ["mem": .count(8), "gpu": .count(1)]))
        let now = fixture.now
        let job = try await fixture.submit {
            $0.resources = ["mem": 8]
            if state == .waiting { $0.notBefore = now + 9 }
        }
        if state == .running || state == .paused {
            _ = try await store.setQueue("default", QueueChange(slots: 1))
            try await fixture.claim()
            if state == .paused { _ = try await store.setPaused(true, job.id) }
            _ = try await store.setQueue("default", QueueChange(slots: 0))
        }
        #expect(try await fixture.job(job.id).state == state)
        for resources in [[:], ["mem": .count(7)], ["mem": .names(["a"])], ["gpu": .count(9)]]
            as [[String: Resource]]
        {
            let error = try await #require(throws: JobError.self) {
                try await store.setQueue(
                    "default", QueueChange(slots: 7, isPaused: true, resources: resources))
            }
            #expect(error.code == .conflict && error.message.contains("\(job.id)"))
        }
        #expect(try await store.queue("default")?.queue == before.status.queue)
        // What is not needed may go, and more may come.
        let changed = try await store.setQueue(
            "default", QueueChange(resources: ["mem": .count(9)]))
        #expect(changed.status.queue.resources == ["mem": .count(9)])
        // Once it has finished, it needs nothing.
        _ = try await store.requestCancel(job.id, signal: nil, grace: nil)
        for attempt in try await store.activeAttempts() { try await fixture.end(attempt.attempt) }
        _ = try await store.setQueue("default", QueueChange(resources: [:]))
    }

    // MARK: Removing

    @Test func onlyAnEmptyQueueIsRemoved() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        _ = try await store.setQueue("q", QueueChange())
        let done = try await fixture.finish { $0.queue = "q" }
        let id = try await fixture.submit { $0.queue = "q" }.id
        #expect(try await code { try await store.removeQueue("q") } == .conflict)
        try await fixture.claim()
        #expect(try await code { try await store.removeQueue("q") } == .conflict)
        try await fixture.end(AttemptID(job: id, number: 1))
        try await store.removeQueue("q")
        #expect(try await store.queue("q") == nil)
        #expect(try await code { try await store.removeQueue("q") } == .queueNotFound)
        #expect(try await code { try await store.removeQueue("default") } == .conflict)
        // Its finished jobs stay, and say where they were.
        #expect(try await fixture.job(done).spec.queue == "q")
        let refused = try await code { try await fixture.submit { $0.queue = "q" } }
        #expect(refused == .invalidSpec)
        // Made again, it is new, and they are its own again.
        #expect(try await store.setQueue("q", QueueChange()).isNew)
        #expect(try await store.retry(done).state == .queued)
        #expect(try await fixture.claim().map(\.job) == [done])
    }

    // MARK: The daemon's own idea

    @Test func theDaemonsSlotsCountUntilSomebodySaysOthers() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        func slots(_ name: String) async throws -> Int? { try await store.queue(name)?.queue.slots }
        try await store.setDefaultSlots(4, ofQueue: "default")
        #expect(try await slots("default") == 4)
        // Another change says nothing about slots.
        _ = try await store.setQueue("default", QueueChange(isPaused: false))
        try await store.setDefaultSlots(5, ofQueue: "default")
        #expect(try await slots("default") == 5)
        _ = try await store.setQueue("default", QueueChange(slots: 2))
        try await store.setDefaultSlots(6, ofQueue: "default")
        #expect(try await slots("default") == 2)
        _ = try await store.setQueue("q", QueueChange())
        try await store.setDefaultSlots(6, ofQueue: "q")
        #expect(try await slots("q") == 1, "what was made was made with one")
        try await store.setDefaultSlots(6, ofQueue: "nowhere")
        #expect(try await store.queues().map(\.queue.name) == ["default", "q"])
    }
}
