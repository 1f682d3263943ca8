import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// The steps of queues, and reading.
extension RandomOperations {
    mutating func setQueue() async throws {
        let name = pickQueue()
        var change = QueueChange()
        if oneIn(2) { change.slots = number(0...5) }
        if oneIn(3) { change.isPaused = oneIn(4) }
        if oneIn(3) { change.resources = makeResources() }
        let result = try await perform("setQueue") { [change] model throws(StoreModel.Refusal) in
            try model.setQueue(name, change)
        } _: { [change] in
            try await $0.setQueue(name, change)
        }
        guard let result else { return }
        let expected = try #require(model.status(name))
        try #require(result.status.queue == expected.queue, hint)
        try #require(result.status.running == expected.running, hint)
    }

    mutating func setDefaultSlots() async throws {
        let name = pickQueue()
        let slots = number(0...5)
        _ = try await perform("setDefaultSlots") {
            $0.setDefaultSlots(slots, of: name)
        } _: {
            try await $0.setDefaultSlots(slots, ofQueue: name)
        }
    }

    mutating func removeQueue() async throws {
        let name = pickQueue()
        _ = try await perform("removeQueue") { model throws(StoreModel.Refusal) in
            try model.removeQueue(name)
        } _: {
            try await $0.removeQueue(name)
        }
    }

    mutating func list() async throws {
        let filter = makeFilter()
        let limit = number(1...20)
        let before: JobID? = oneIn(2) ? pickJob() : nil
        let jobs = try await fixture.store.jobs(matching: filter, before: before, limit: limit)
        let expected = model.jobs(matching: filter).filter { job in
            before.map { job.id < $0 } ?? true
        }
        let shown = model.shown(Array(expected.prefix(limit)), at: fixture.now)
        try #require(jobs == shown, hint)
    }

    mutating func page() async throws {
        let after = EventID(
            rawValue: Int64.random(in: 0...model.newestEvent.rawValue, using: &random))
        let limit = number(1...50)
        if oneIn(2) {
            let id = pickJob()
            let events = try await fixture.store.events(of: id, after: after, limit: limit)
            let expected = model.events(of: id).filter { $0.id > after }
            try #require(events == Array(expected.prefix(limit)), hint)
            return
        }
        var filter = EventFilter()
        let all = JobState.allCases.shuffled(using: &random)
        if oneIn(2) { filter.states = Array(all.prefix(number(0...3))) }
        if oneIn(4) { filter.labels = makeLabels() }
        if oneIn(4) { filter.queue = pickQueue() }
        if oneIn(4) { filter.owner = pickIdentity() }
        let events = try await fixture.store.events(matching: filter, after: after, limit: limit)
        let expected = model.events(matching: filter).filter { $0.id > after }
        try #require(events == Array(expected.prefix(limit)), hint)
    }
}
