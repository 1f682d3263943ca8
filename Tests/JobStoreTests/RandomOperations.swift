import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// Does the same random things to a store and to the model, and compares them.
struct RandomOperations {
    let fixture: StoreFixture
    var model = StoreModel()
    var random: SeededGenerator
    /// The latest time that the clock has shown, from which it may step back.
    private var latest: Timestamp

    init(_ random: SeededGenerator) throws {
        fixture = try StoreFixture()
        latest = fixture.now
        self.random = random
    }

    /// With this seed and one round the same happens again.
    var hint: Comment { "JOBD_TEST_SEED=\(random.seed)" }

    /// One step.
    mutating func step() async throws {
        passTime()
        fixture.chance = [0, 0.5, 1].randomElement(using: &random) ?? 0
        let kind = drawStep()
        switch kind {
        case .submit: try await submit(1)
        case .submitBatch: try await submit(number(1...6))
        case .submitWrongly: try await submitWrongly()
        case .claim: try await claim()
        case .record: try await record()
        case .finish: try await finish()
        case .cancel: try await cancel()
        case .pause: try await pause()
        case .retry: try await retry()
        case .update: try await update()
        case .signal: try await signal()
        case .removeSignals: try await removeSignals()
        case .beginInput: try await beginInput()
        case .endInput: try await endInput()
        case .setQueue: try await setQueue()
        case .setDefaultSlots: try await setDefaultSlots()
        case .removeQueue: try await removeQueue()
        case .delete: try await delete()
        case .prune: try await prune()
        case .list: try await list()
        case .page: try await page()
        case .reopen: try fixture.reopen()
        }
    }

    /// A kind of step.
    private enum Step: CaseIterable {
        case submit, submitBatch, submitWrongly, claim, record, finish, cancel, pause, retry
        case update, signal, removeSignals, beginInput, endInput, setQueue, setDefaultSlots,
            removeQueue
        case delete, prune, list, page, reopen

        /// How often it is taken, in comparison to others.
        var weight: Int {
            switch self {
            case .claim, .finish: 40
            case .submit: 25
            case .record, .cancel, .pause, .retry, .update: 12
            case .submitBatch, .setQueue, .delete: 8
            case .list, .page, .signal: 5
            case .submitWrongly, .removeSignals, .beginInput, .endInput, .removeQueue, .reopen,
                .prune:
                3
            case .setDefaultSlots: 1
            }
        }
    }

    /// How many jobs there are at most, but for those of one batch.
    static let mostJobs = 120

    private mutating func drawStep() -> Step {
        // With more than so many jobs the comparison would take long.
        if model.records.count > Self.mostJobs { return .prune }
        if model.records.values.count(where: { !$0.job.state.isFinished }) > Self.mostJobs / 2 {
            return [.finish, .finish, .claim, .cancel, .setQueue].randomElement(using: &random)
                ?? .finish
        }
        var rest = number(0...Step.allCases.reduce(0) { $0 + $1.weight } - 1)
        for step in Step.allCases {
            rest -= step.weight
            if rest < 0 { return step }
        }
        return .claim
    }

    /// Mostly a little, sometimes much, sometimes back.
    private mutating func passTime() {
        switch number(0...29) {
        case 0: fixture.now = fixture.now + Int64(number(1_000_000...120_000_000))
        case 1: fixture.now = fixture.now + -Int64(number(1...5_000_000))
        case 2...5: fixture.now = fixture.now + Int64(number(1000...2_000_000))
        default: fixture.now = fixture.now + Int64(number(1...1000))
        }
        latest = max(latest, fixture.now)
    }

    // MARK: Comparing

    /// What the model does, or why it refuses.
    typealias Operation = (inout StoreModel) throws(StoreModel.Refusal) -> StoreModel.Expected

    /// Does what the model has done or refused, and compares what is new.
    ///
    /// - Parameter kind: names it when it fails.
    /// - Returns: nil when it was refused.
    mutating func perform<Value>(
        _ kind: String, _ operation: Operation, _ body: (Store) async throws -> Value
    ) async throws -> Value? {
        do {
            let expected = try operation(&model)
            let value = try await body(fixture.store)
            try await expectAdded(expected)
            return value
        } catch let refusal as StoreModel.Refusal {
            let refused = try await code { _ = try await body(fixture.store) }
            try #require(refused == refusal.code, "\(kind), JOBD_TEST_SEED=\(random.seed)")
            try await expectAdded(StoreModel.Expected())
            return nil
        }
    }

    /// The same, for what returns the job.
    mutating func performOnJob(
        _ kind: String, _ id: JobID, _ operation: Operation,
        _ body: (Store) async throws -> Job
    ) async throws {
        guard let job = try await perform(kind, operation, body) else { return }
        try #require(job == model.shown(id, at: fixture.now), hint)
    }

    /// Exactly these events are new, and their ids are higher than any before.
    mutating func expectAdded(_ expected: StoreModel.Expected) async throws {
        let events = try await fixture.store.events(
            matching: EventFilter(), after: model.newestEvent, limit: 10_000)
        let added = events.map { event in
            var content = event.content
            if case .end(var end) = content, end.failure == .dependency {
                end.error = nil
                content = .end(end)
            }
            return StoreModel.Added(
                job: event.job, attempt: event.attempt, time: event.time, content: content,
                actor: event.actor)
        }
        let woken = added.prefix(expected.woken.count)
        let own = added.dropFirst(woken.count).prefix(expected.own.count)
        let settled = added.dropFirst(woken.count + own.count)
        try #require(Self.byJob(woken) == Self.byJob(expected.woken), hint)
        try #require(Array(own) == expected.own, hint)
        try #require(Self.byJob(settled) == Self.byJob(expected.settled), hint)
        for event in events { try #require(model.isRightAboutDependencies(event), hint) }
        let isAscending = model.append(events)
        try #require(isAscending, hint)
        try #require(try await fixture.store.newestEvent() == model.newestEvent, hint)
    }

    private static func byJob(
        _ added: some Sequence<StoreModel.Added>
    ) -> [JobID: [StoreModel.Added]] {
        Dictionary(grouping: added, by: \.job)
    }

    /// What must be true of those who have just been given slots, whatever the
    /// model says.
    func expectInvariants(afterClaiming claims: [Claim]) throws {
        for claim in claims {
            let spec = claim.spec
            try #require(spec.notBefore.map { $0 <= latest } ?? true, hint)
            for needed in spec.after {
                guard let state = model.records[needed]?.job.state else { continue }
                // One that was run again counts as it was when it was waited for.
                let hasBeenRunAgain = model.events.contains { event in
                    if case .end = event.content { event.job == needed } else { false }
                }
                try #require(state.isFinished || hasBeenRunAgain, hint)
            }
        }
        for name in Set(claims.map(\.spec.queue)) {
            let queue = try #require(model.queues[name])
            let active = model.active.filter { $0.spec.queue == name }
            try #require(active.count <= queue.slots && !queue.isPaused, hint)
            let claimed = Set(claims.flatMap { $0.granted.keys })
            for (resource, total) in queue.resources where claimed.contains(resource) {
                let granted = active.compactMap { $0.granted[resource] }
                let names = granted.flatMap(StoreModel.names)
                try #require(Set(names).count == names.count, hint)
                // Names that were taken out of the queue are still in use.
                let present: [Int64] = granted.map { grant in
                    switch (grant, total) {
                    case (.names(let names), .names(let all)):
                        Int64(names.filter(all.contains).count)
                    case (_, _): StoreModel.size(grant)
                    }
                }
                try #require(present.reduce(0, +) <= total.total, hint)
            }
        }
    }
}
