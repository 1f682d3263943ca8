import JobModel
import Testing

@testable import JobStore

extension RandomOperations {
    /// Everything is as the model has it.
    func expectAll() async throws {
        let store = fixture.store
        let jobs = try await store.jobs(matching: JobFilter(), before: nil, limit: 1_000_000)
        try #require(jobs == model.shown(model.allJobs, at: fixture.now), hint)
        try #require(try await fixture.events() == model.events, hint)
        let counts = Dictionary(grouping: jobs, by: \.state).mapValues(\.count)
        try #require(try await store.jobCounts() == counts, hint)
        for job in jobs { try await expectHistory(of: job) }
        try await expectActive()
        try await expectQueues()
        let ends = jobs.compactMap(\.finishedAt)
        try #require(try await store.oldestEnd() == ends.min(), hint)
    }

    private func expectHistory(of job: Job) async throws {
        let store = fixture.store
        let events = try await store.events(of: job.id, after: .beginning, limit: 100_000)
        try #require(job.cursor == events.last?.id, hint)
        let ends = events.filter { event in
            if case .end = event.content { true } else { false }
        }
        try #require(ends.count == (job.state.isFinished ? 1 : 0), hint)
        if job.state.isFinished { try #require(ends.last?.id == events.last?.id, hint) }

        let record = try #require(model.records[job.id])
        let attempts = try await store.attempts(of: job.id)
        try #require(attempts == record.attempts, hint)
        try #require(attempts.map(\.number) == Array(1..<(job.attempt + 1)), hint)
        try #require(try await store.storedBytes(of: job.id) == model.bytes(job.id), hint)
        try #require(try await store.isInputEnded(of: job.id) == record.isInputEnded, hint)
    }

    private func expectActive() async throws {
        let active = try await fixture.store.activeAttempts()
        let orders = try await fixture.store.orders()
        try #require(active.map(\.attempt.job) == model.active.map(\.id), hint)
        try #require(Set(orders.keys) == Set(active.map(\.attempt)), hint)
        for (attempt, job) in zip(active, model.active) {
            let record = try #require(model.records[job.id])
            try #require(attempt.attempt.number == job.attempt, hint)
            try #require(attempt.spec == job.spec && attempt.bootID == "boot", hint)
            try #require(attempt.consumed == record.consumed.last, hint)
            try #require(attempt.newestReading == job.progress?.time, hint)
            try #require(attempt.granted == job.granted, hint)
            try #require(attempt.orders.cancel == record.cancel, hint)
            try #require(attempt.orders.isPaused == (job.state == .paused), hint)
            let signals = attempt.orders.signals.map {
                StoreModel.Signal(signal: $0.signal, isForTree: $0.isForTree)
            }
            try #require(signals == record.signals, hint)
            try #require(orders[attempt.attempt] == attempt.orders, hint)
        }
    }

    private func expectQueues() async throws {
        let queues = try await fixture.store.queues()
        try #require(queues.map(\.queue.name) == model.queues.keys.sorted(), hint)
        for var status in queues {
            let name = status.queue.name
            try #require(try await fixture.store.queue(name) == status, hint)
            let expected = try #require(model.status(name))
            status.inUse = status.inUse.mapValues { grant in
                let names = StoreModel.names(grant)
                return names.isEmpty ? grant : .names(names.sorted())
            }
            if model.hasMixedGrants(name) { status.inUse = expected.inUse }
            try #require(status == expected, hint)
        }
        try #require(try await fixture.store.queue("nowhere") == nil, hint)
    }
}
