import GRDB
import JobModel
import Testing

@testable import JobStore

/// The steps of jobs and their attempts.
extension RandomOperations {
    mutating func submit(_ count: Int) async throws {
        let submissions = makeSiblings(count).map { Submission(makeSpec(), after: $0) }
        try await submit(submissions, isBatch: count > 1, key: makeKey())
    }

    /// Something in it is not there, or cannot be had.
    mutating func submitWrongly() async throws {
        var submissions = (0..<number(1...3)).map { _ in Submission(makeSpec()) }
        let index = number(0...submissions.count - 1)
        switch number(0...3) {
        case 0: submissions[index].spec.queue = "nowhere"
        case 1: submissions[index].spec.after = [JobID(rawValue: 1_000_000)]
        case 2: submissions[index].spec.resources = ["unicorns": 1]
        default: submissions[index].spec.resources = ["gpu": 100]
        }
        try await submit(submissions, isBatch: submissions.count > 1, key: makeKey())
    }

    private mutating func submit(
        _ submissions: [Submission], isBatch: Bool, key: IdempotencyKey?
    ) async throws {
        let store = fixture.store
        let owner = pickIdentity()
        let visible: Identity? = oneIn(2) ? owner : nil
        func submit() async throws -> Submitted {
            try await store.submit(
                submissions, asBatch: isBatch, key: key, by: owner, seeingOnly: visible)
        }
        do {
            if let before = try model.submitted(under: key, by: owner) {
                let submitted = try await submit()
                let shown = model.shown(before, at: fixture.now)
                try #require(submitted == Submitted(jobs: shown, isNew: false), hint)
                return try await expectAdded(StoreModel.Expected())
            }
        } catch let refusal as StoreModel.Refusal {
            let refused = try await code { _ = try await submit() }
            try #require(refused == refusal.code, hint)
            return try await expectAdded(StoreModel.Expected())
        }
        let errors = model.errors(of: submissions, isBatch: isBatch, seeingOnly: visible)
        guard errors.isEmpty else {
            let error = try await #require(throws: JobError.self, hint) { try await submit() }
            try #require(error.code == .invalidSpec, hint)
            try #require(error.fields.map(\.field) == errors, hint)
            return try await expectAdded(StoreModel.Expected())
        }
        let submitted = try await submit()
        let first = try #require(submitted.jobs.first?.id)
        try #require(submitted.isNew && first > model.newestJob, hint)
        let expected = model.submit(
            submissions, first: first, key: key, by: owner, at: fixture.now)
        try await expectAdded(expected)
        let jobs = submissions.indices.map {
            model.records[JobID(rawValue: first.rawValue + Int64($0))]?.job
        }
        try #require(submitted.jobs == jobs, hint)
    }

    mutating func claim() async throws {
        let limit = number(0...4)
        let round = try await fixture.store.claim(bootID: "boot", limit: limit)
        let (expected, chosen) = model.claim(limit: limit, at: fixture.now)
        try #require(round.claims.map(\.attempt) == chosen, hint)
        for claim in round.claims {
            let record = try #require(model.records[claim.attempt.job])
            try #require(claim.spec == record.job.spec, hint)
            let isRight = model.accept(claim.granted, of: claim.attempt)
            try #require(isRight, hint)
        }
        try await expectAdded(expected)
        try expectInvariants(afterClaiming: round.claims)
        if chosen.count < limit {
            // Whoever asked for more than there is need not ask again.
            try #require(!round.mayHaveMore && model.choose(limit: 1).isEmpty, hint)
        }
        try #require(round.nextWake == model.allJobs.compactMap(\.eligibleAt).min(), hint)
    }

    mutating func record() async throws {
        let attempt = pickAttempt()
        let readings = makeReadings()
        let consumed = UInt64(number(0...1_000_000))
        _ = try await perform("record") {
            $0.record(readings, of: attempt, consumed: consumed)
        } _: {
            try await $0.record(readings, of: attempt, consumed: consumed)
        }
    }

    mutating func finish() async throws {
        let attempt = pickAttempt()
        let readings = makeReadings()
        let outcome = makeOutcome()
        let consumed = UInt64(number(0...1_000_000))
        let (chance, now) = (fixture.chance, fixture.now)
        _ = try await perform("finish") {
            $0.finish(
                attempt, with: outcome, readings: readings, consumed: consumed, chance: chance,
                at: now)
        } _: {
            try await $0.finish(
                attempt, with: outcome, readings: readings, consumed: consumed)
        }
        try #require(
            try await fixture.store.job(attempt.job) == model.shown(attempt.job, at: now), hint)
    }

    mutating func cancel() async throws {
        let id = pickJob()
        let signal: Int32? = oneIn(2) ? nil : Int32(number(1...31))
        let grace: Int64? = oneIn(2) ? nil : Int64(number(0...20_000_000))
        let (now, actor) = (fixture.now, pickIdentity())
        try await performOnJob("cancel", id) { model throws(StoreModel.Refusal) in
            try model.cancel(id, signal: signal, grace: grace, by: actor, at: now)
        } _: {
            try await $0.requestCancel(id, signal: signal, grace: grace, by: actor)
        }
    }

    mutating func pause() async throws {
        let id = oneIn(5) ? pickJob() : pickAttempt().job
        let isPaused = oneIn(2)
        let (now, actor) = (fixture.now, pickIdentity())
        try await performOnJob("pause", id) { model throws(StoreModel.Refusal) in
            try model.setPaused(isPaused, id, by: actor, at: now)
        } _: {
            try await $0.setPaused(isPaused, id, by: actor)
        }
    }

    mutating func retry() async throws {
        let id = pickJob { $0.isFinished || $0 == .waiting }
        let (now, actor) = (fixture.now, pickIdentity())
        try await performOnJob("retry", id) { model throws(StoreModel.Refusal) in
            try model.retry(id, by: actor, at: now)
        } _: {
            try await $0.retry(id, by: actor)
        }
    }

    mutating func update() async throws {
        let id = pickJob { $0 == .waiting || $0 == .queued }
        var change = JobChange()
        if oneIn(2) { change.priority = number(-2...2) }
        if oneIn(4) { change.queue = pickQueue() }
        if oneIn(3) { change.labels = makeLabels() }
        if oneIn(2) { change.notBefore = .some(makeTime()) }
        let (now, actor) = (fixture.now, pickIdentity())
        try await performOnJob("update", id) { [change] model throws(StoreModel.Refusal) in
            try model.update(id, change, by: actor, at: now)
        } _: { [change] in
            try await $0.update(id, change, by: actor)
        }
    }

    mutating func signal() async throws {
        let id = oneIn(5) ? pickJob() : pickAttempt().job
        let signal = StoreModel.Signal(signal: Int32(number(1...64)), isForTree: oneIn(2))
        let (now, actor) = (fixture.now, pickIdentity())
        try await performOnJob("signal", id) { model throws(StoreModel.Refusal) in
            try model.signal(id, signal, by: actor, at: now)
        } _: {
            try await $0.requestSignal(id, signal.signal, isForTree: signal.isForTree, by: actor)
        }
    }

    /// Some have been delivered.
    mutating func removeSignals() async throws {
        let orders = try await fixture.store.orders()
        var removed: [SignalOrder] = []
        for (attempt, order) in orders.sorted(by: { $0.key.job < $1.key.job }) {
            let count = number(0...order.signals.count)
            removed += order.signals.prefix(count)
            model.records[attempt.job]?.signals.removeFirst(count)
        }
        try await fixture.store.removeSignals(removed)
        try await expectAdded(StoreModel.Expected())
    }

    mutating func beginInput() async throws {
        let (id, now, actor) = (pickJob(), fixture.now, pickIdentity())
        _ = try await perform("beginInput") { model throws(StoreModel.Refusal) in
            try model.beginInput(id, by: actor, at: now)
        } _: {
            try await $0.beginInput(of: id, by: actor)
        }
    }

    mutating func endInput() async throws {
        let (id, now, actor) = (pickJob(), fixture.now, pickIdentity())
        _ = try await perform("endInput") { model throws(StoreModel.Refusal) in
            try model.endInput(id, by: actor, at: now)
        } _: {
            try await $0.endInput(of: id, by: actor)
        }
    }

    mutating func delete() async throws {
        try await delete(pickJob(where: \.isFinished))
    }

    private mutating func delete(_ id: JobID) async throws {
        let done: Void? = try await perform("delete") { model throws(StoreModel.Refusal) in
            try model.delete(id)
        } _: {
            try await $0.delete(id)
        }
        if done != nil { try #require(try await fixture.store.job(id) == nil, hint) }
    }

    /// Also removes so many that there is room for others.
    mutating func prune() async throws {
        let age: Int64? = oneIn(2) ? nil : Int64(number(0...100_000_000))
        let keep: Int? = oneIn(2) ? nil : number(0...Self.mostJobs)
        let limit = number(1...60)
        let filter = makeFilter()
        let chosen = try await fixture.store.prunable(
            matching: filter, olderThan: age, keep: keep, limit: limit)
        let expected = model.prunable(
            matching: filter, olderThan: age, keep: keep, at: fixture.now)
        try #require(chosen == Array(expected.prefix(limit)), hint)

        let retention = Retention(
            age: age, jobs: keep, bytes: oneIn(2) ? nil : Int64(number(0...100_000_000)))
        let old = try await fixture.store.prunable(retention, limit: limit)
        try #require(old == Array(model.prunable(retention, at: fixture.now).prefix(limit)), hint)
        for id in chosen + old where model.records[id] != nil { try await delete(id) }
        try await fixture.store.reclaimSpace()
        let free = try await fixture.store.pool.read {
            try Int.fetchOne($0, sql: "PRAGMA freelist_count")
        }
        try #require(free == 0, hint)
    }
}
