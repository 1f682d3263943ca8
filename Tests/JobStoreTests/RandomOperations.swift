import JobModel
import JobStore
import JobTestSupport
import Testing

/// Does the same random things to a store and to the model, and compares them.
struct RandomOperations {
    private let fixture: StoreFixture
    private var model = StoreModel()
    private var random: SeededGenerator

    init(_ random: SeededGenerator) throws {
        fixture = try StoreFixture()
        self.random = random
    }

    /// With this seed and one round the same happens again.
    private var hint: Comment { "JOBD_TEST_SEED=\(random.seed)" }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &random)
    }

    /// One step.
    mutating func step() async throws {
        fixture.now = fixture.now + Int64(number(1...1000))
        switch number(0...99) {
        case 0..<22: try await submit()
        case 22..<40: try await claim()
        case 40..<60: try await record()
        case 60..<76: try await finish()
        case 76..<84: try await cancel()
        case 84..<89: try await delete()
        case 89..<93: try await list()
        case 93..<97: try await page()
        case 97: try await setSlots()
        case 98: try await submitToNoQueue()
        default: try fixture.reopen()
        }
        try #require(model.active.count <= max(model.slots, mostSlots), hint)
    }

    /// What was the number of slots when it was last raised: fewer slots take
    /// none away.
    private var mostSlots = 1

    // MARK: Steps

    private mutating func submit() async throws {
        let spec = makeSpec()
        let job = try await fixture.store.submit(spec)
        try #require(job.id > model.newestJob, hint)
        let expected = model.submit(spec, as: job.id, at: fixture.now)
        try await expectAdded(expected)
        try #require(job == model.jobs[job.id], hint)
    }

    private mutating func submitToNoQueue() async throws {
        var spec = makeSpec()
        spec.queue = "nowhere"
        await #expect(throws: JobError.self, hint) { try await fixture.store.submit(spec) }
        try await expectAdded([])
    }

    private mutating func claim() async throws {
        let limit = number(0...4)
        let claims = try await fixture.store.claim(bootID: "boot", limit: limit)
        let expected = model.claim(limit: limit, at: fixture.now)
        try #require(
            claims.map(\.attempt) == expected.map { AttemptID(job: $0.job, number: $0.attempt) },
            hint)
        for claim in claims {
            try #require(claim.spec == model.jobs[claim.attempt.job]?.spec, hint)
        }
        try await expectAdded(expected)
    }

    private mutating func record() async throws {
        let attempt = pickAttempt()
        let readings = makeReadings()
        let consumed = UInt64(number(0...1_000_000))
        try await fixture.store.record(readings, of: attempt, consumed: consumed)
        try await expectAdded(model.record(readings, of: attempt, consumed: consumed))
    }

    private mutating func finish() async throws {
        let attempt = pickAttempt()
        let readings = makeReadings()
        let outcome = makeOutcome()
        try await fixture.store.finish(attempt, with: outcome, readings: readings, consumed: 5)
        try await expectAdded(
            model.finish(attempt, with: outcome, readings: readings, consumed: 5))
        try #require(
            try await fixture.store.job(attempt.job) == model.jobs[attempt.job], hint)
    }

    private mutating func cancel() async throws {
        let id = pickJob()
        let signal: Int32? = Bool.random(using: &random) ? nil : Int32(number(1...31))
        let grace: Int64? = Bool.random(using: &random) ? nil : Int64(number(0...20_000_000))
        let expected = model.cancel(id, signal: signal, grace: grace, at: fixture.now)
        if let expected {
            let job = try await fixture.store.requestCancel(id, signal: signal, grace: grace)
            try await expectAdded(expected)
            try #require(job == model.jobs[id], hint)
        } else {
            await #expect(throws: JobError.self, hint) {
                try await fixture.store.requestCancel(id, signal: signal, grace: grace)
            }
            try await expectAdded([])
        }
    }

    private mutating func delete() async throws {
        let id = pickJob()
        if model.delete(id) {
            try await fixture.store.delete(id)
            try #require(try await fixture.store.job(id) == nil, hint)
        } else {
            await #expect(throws: JobError.self, hint) { try await fixture.store.delete(id) }
        }
        try await expectAdded([])
    }

    private mutating func setSlots() async throws {
        let slots = number(0...6)
        mostSlots = max(slots, model.active.count)
        model.slots = slots
        try await fixture.store.setSlots(slots, ofQueue: JobSpec.defaultQueue)
    }

    private mutating func list() async throws {
        var filter = JobFilter()
        let all = JobState.allCases.shuffled(using: &random)
        if number(0...1) == 0 { filter.states = Array(all.prefix(number(0...3))) }
        if number(0...3) == 0 {
            filter.queue = ["default", "nowhere"].randomElement(using: &random)
        }
        if number(0...3) == 0 { filter.name = Self.names.randomElement(using: &random) }
        if number(0...3) == 0 { filter.labels = makeLabels() }
        if number(0...3) == 0 { filter.text = ["O", "copy", "x"].randomElement(using: &random) }
        let limit = number(1...20)
        var before: JobID?
        if number(0...1) == 0 { before = pickJob() }
        let jobs = try await fixture.store.jobs(matching: filter, before: before, limit: limit)
        let expected = model.jobs(matching: filter).filter { job in
            before.map { job.id < $0 } ?? true
        }
        try #require(jobs == Array(expected.prefix(limit)), hint)
    }

    private mutating func page() async throws {
        let after = EventID(
            rawValue: Int64.random(in: 0...model.newestEvent.rawValue, using: &random))
        let limit = number(1...50)
        if number(0...1) == 0 {
            let id = pickJob()
            let events = try await fixture.store.events(of: id, after: after, limit: limit)
            let expected = model.events.filter { $0.job == id && $0.id > after }
            try #require(events == Array(expected.prefix(limit)), hint)
            return
        }
        var filter = EventFilter()
        let all = JobState.allCases.shuffled(using: &random)
        if number(0...1) == 0 { filter.states = Array(all.prefix(number(0...3))) }
        if number(0...3) == 0 { filter.labels = makeLabels() }
        let events = try await fixture.store.events(matching: filter, after: after, limit: limit)
        let expected = model.events(matching: filter).filter { $0.id > after }
        try #require(events == Array(expected.prefix(limit)), hint)
    }

    // MARK: Comparing

    /// Exactly these events are new, and their ids are higher than any before.
    private mutating func expectAdded(_ expected: [StoreModel.Added]) async throws {
        let added = try await fixture.store.events(
            matching: EventFilter(), after: model.newestEvent, limit: 10_000)
        let seen = added.map {
            StoreModel.Added(job: $0.job, attempt: $0.attempt, time: $0.time, content: $0.content)
        }
        try #require(seen == expected, hint)
        let isAscending = model.append(added)
        try #require(isAscending, hint)
        try #require(try await fixture.store.newestEvent() == model.newestEvent, hint)
    }

    /// Everything is as the model has it.
    func expectAll() async throws {
        let store = fixture.store
        let jobs = try await store.jobs(matching: JobFilter(), before: nil, limit: 1_000_000)
        try #require(jobs == model.allJobs, hint)
        try #require(try await fixture.events() == model.events, hint)
        let counts = Dictionary(grouping: jobs, by: \.state).mapValues(\.count)
        try #require(try await store.jobCounts() == counts, hint)
        for job in jobs {
            let ends = model.events.filter { event in
                if case .end = event.content { event.job == job.id } else { false }
            }
            try #require(ends.count == (job.state.isFinished ? 1 : 0), hint)
            try #require(job.cursor == model.events.last { $0.job == job.id }?.id, hint)
        }
        let active = try await store.activeAttempts()
        let orders = try await store.cancelOrders()
        try #require(active.map(\.attempt.job) == model.active.map(\.id), hint)
        for (attempt, job) in zip(active, model.active) {
            let expected = model.attempts[job.id]
            try #require(attempt.attempt.number == job.attempt, hint)
            try #require(attempt.consumed == expected?.consumed, hint)
            try #require(attempt.newestReading == job.progress?.time, hint)
            try #require(attempt.cancel?.signal == expected?.signal, hint)
            try #require(attempt.cancel?.grace == expected?.grace, hint)
            try #require(orders[attempt.attempt] == attempt.cancel, hint)
        }
        try #require(orders.count == active.filter { $0.cancel != nil }.count, hint)
    }

    // MARK: Drawing

    private static let names = ["copy", "Xerox", "o"]

    private mutating func makeLabels() -> [String: String] {
        var labels: [String: String] = [:]
        for _ in 0..<number(0...2) { labels["l\(number(0...2))"] = "\(number(0...1))" }
        return labels
    }

    private mutating func makeSpec() -> JobSpec {
        var spec = JobSpec(command: .shell("echo \(number(0...9))"))
        if number(0...1) == 0 { spec.command = .arguments(["cp", "-x", "\(number(0...9))"]) }
        if number(0...1) == 0 { spec.name = Self.names.randomElement(using: &random) }
        spec.labels = makeLabels()
        spec.killGrace = Int64(number(0...10_000_000))
        return spec
    }

    private mutating func makeReadings() -> [StampedProgress] {
        (0..<number(0...3)).map { _ in
            reading(Double(number(0...1000)) / 1000, at: Int64(number(0...1_000_000)))
        }
    }

    private mutating func makeOutcome() -> Outcome {
        let time = fixture.now + Int64(number(-2000...2000))
        let usage = Usage(
            cpuMicroseconds: Int64(number(0...9)), maxRSSBytes: Int64(number(0...9)),
            outputBytes: Int64(number(0...9)))
        switch number(0...3) {
        case 0: return Outcome(state: .succeeded, exitCode: 0, usage: usage, time: time)
        case 1: return Outcome(state: .cancelled, signal: 15, usage: usage, time: time)
        case 2:
            return Outcome(
                state: .failed, exitCode: Int32(number(1...255)), failure: .exit, error: "e",
                usage: usage, time: time)
        default: return Outcome(state: .failed, failure: .lost, error: "lost", time: time)
        }
    }

    /// Mostly one that there is.
    private mutating func pickJob() -> JobID {
        if number(0...9) == 0 { return JobID(rawValue: Int64(number(0...500))) }
        return model.allJobs.prefix(30).randomElement(using: &random)?.id ?? JobID(rawValue: 1)
    }

    /// Mostly one that is under way.
    private mutating func pickAttempt() -> AttemptID {
        if number(0...4) > 0, let job = model.active.randomElement(using: &random) {
            return AttemptID(job: job.id, number: job.attempt)
        }
        return AttemptID(job: pickJob(), number: number(0...2))
    }
}
