import GRDB
import JobModel
import JobTestSupport
import Synchronization

@testable import JobStore

/// A store in a directory of its own, with a clock and a chance that a test sets
/// and a record of what was announced after the commits.
final class StoreFixture: Sendable {
    /// What outlives a reopening.
    private struct State {
        var time = Timestamp(microseconds: 1_000_000)
        /// By how much the clock was set.
        var step: Int64 = 0
        var chance = 0.0
        var effects: [CommitEffects] = []
    }

    let directory: TemporaryDirectory
    private let state: StateBox
    private let opened: Mutex<Store>

    init() throws {
        let directory = try TemporaryDirectory()
        let state = StateBox()
        self.directory = directory
        self.state = state
        opened = Mutex(try Self.open(directory, state))
    }

    private static func open(_ directory: TemporaryDirectory, _ state: StateBox) throws -> Store {
        try Store(
            path: directory.database, configuration: Configuration(),
            now: { state.value.withLock { $0.time } },
            steady: { state.value.withLock { $0.time.microseconds - $0.step } },
            chance: { state.value.withLock { $0.chance } },
            // Many steps, though there are few jobs; most of them in one go.
            search: Search(jobs: 7, events: 11, patience: .milliseconds(20)),
            committed: { effects in state.value.withLock { $0.effects.append(effects) } })
    }

    var store: Store { opened.withLock { $0 } }

    /// Closes the store and opens it again, as a restarted daemon does.
    func reopen() throws {
        try store.close()
        let reopened = try Self.open(directory, state)
        opened.withLock { $0 = reopened }
    }

    /// The time that the store stamps rows with.
    var now: Timestamp {
        get { state.value.withLock { $0.time } }
        set { state.value.withLock { $0.time = newValue } }
    }

    /// Sets the clock: no time goes by.
    func setClock(by step: Int64) {
        state.value.withLock {
            $0.time = $0.time + step
            $0.step += step
        }
    }

    /// What the store draws for a pause.
    var chance: Double {
        get { state.value.withLock { $0.chance } }
        set { state.value.withLock { $0.chance = newValue } }
    }

    /// What was announced since the last call.
    func takeEffects() -> [CommitEffects] {
        state.value.withLock { state in
            defer { state.effects = [] }
            return state.effects
        }
    }

    private final class StateBox: Sendable {
        let value = Mutex(State())
    }
}

extension StoreFixture {
    /// Submits a job that runs `true`.
    @discardableResult
    func submit(_ change: (inout JobSpec) -> Void = { _ in }) async throws -> Job {
        var spec = JobSpec(command: .arguments(["true"]))
        change(&spec)
        return try await store.submit(spec)
    }

    /// Submits jobs that run `true`, each after those whose places are given.
    func submit(chain: [[Int]], _ change: (inout JobSpec) -> Void = { _ in }) async throws -> [Job]
    {
        var spec = JobSpec(command: .arguments(["true"]))
        change(&spec)
        let submissions = chain.map { [spec] in Submission(spec, after: $0) }
        return try await store.submit(submissions, asBatch: true, key: nil).jobs
    }

    /// Sets how many slots a queue has.
    func setSlots(_ slots: Int, ofQueue name: String = JobSpec.defaultQueue) async throws {
        _ = try await store.setQueue(name, QueueChange(slots: slots))
    }

    /// Starts what can start.
    @discardableResult
    func claim(_ limit: Int = 1000) async throws -> [AttemptID] {
        try await store.claim(bootID: "boot", limit: limit).claims.map(\.attempt)
    }

    /// Submits a job and claims it.
    func run(_ change: (inout JobSpec) -> Void = { _ in }) async throws -> AttemptID {
        try await setSlots(1000)
        let job = try await submit(change)
        try await claim()
        return AttemptID(job: job.id, number: 1)
    }

    /// Ends an attempt, successfully if nothing else is said.
    func end(_ attempt: AttemptID, _ failure: Failure? = nil) async throws {
        let outcome =
            failure.map {
                Outcome(state: .failed, exitCode: 3, failure: $0, error: "\($0)", time: now)
            } ?? Outcome(state: .succeeded, exitCode: 0, time: now)
        try await store.finish(attempt, with: outcome, readings: [], consumed: 0)
    }

    /// Submits a job, claims it, and ends it.
    func finish(
        _ outcome: Outcome? = nil, _ change: (inout JobSpec) -> Void = { _ in }
    ) async throws -> JobID {
        let attempt = try await run(change)
        try await store.finish(
            attempt, with: outcome ?? Outcome(state: .succeeded, exitCode: 0, time: now),
            readings: [], consumed: 0)
        return attempt.job
    }

    /// The job, which there is.
    func job(_ id: JobID) async throws -> Job {
        guard let job = try await store.job(id) else {
            throw JobError(.jobNotFound, "There is no job \(id).")
        }
        return job
    }

    /// All events there are.
    func events() async throws -> [Event] {
        try await store.events(matching: EventFilter(), after: .beginning, limit: 1_000_000)
    }
}

/// A reading at a time.
func reading(_ fraction: Double, at microseconds: Int64) -> StampedProgress {
    StampedProgress(
        progress: Progress(fraction: fraction, source: .percent),
        time: Timestamp(microseconds: microseconds))
}

/// The code of the error that `body` throws; nil when it throws none.
func code(_ body: () async throws -> Void) async throws -> JobError.Code? {
    do {
        try await body()
        return nil
    } catch let error as JobError {
        return error.code
    }
}

/// What is asked of jobs by whomever, where a test is about something else.
extension Store {
    func requestCancel(_ id: JobID, signal: Int32?, grace: Int64?) async throws -> Job {
        try await requestCancel(id, signal: signal, grace: grace, by: .anyone)
    }

    func setPaused(_ isPaused: Bool, _ id: JobID) async throws -> Job {
        try await setPaused(isPaused, id, by: .anyone)
    }

    func requestSignal(_ id: JobID, _ signal: Int32, isForTree: Bool) async throws -> Job {
        try await requestSignal(id, signal, isForTree: isForTree, by: .anyone)
    }

    func retry(_ id: JobID) async throws -> Job {
        try await retry(id, by: .anyone)
    }

    func update(_ id: JobID, _ change: JobChange) async throws -> Job {
        try await update(id, change, by: .anyone)
    }

    func endInput(of id: JobID) async throws {
        try await endInput(of: id, by: .anyone)
    }
}

extension Store {
    /// So many jobs, in as many pages as that takes.
    func jobs(matching filter: JobFilter, before: JobID?, limit: Int) async throws -> [Job] {
        var found: [Job] = []
        var before = before
        while true {
            let page = try await jobPage(
                matching: filter, before: before, limit: limit - found.count)
            found += page.jobs
            guard found.count < limit, let next = page.next else { return found }
            before = next
        }
    }
}

extension Store {
    /// So many events, in as many pages as that takes.
    func events(
        matching filter: EventFilter, after cursor: EventID, limit: Int
    ) async throws -> [Event] {
        var found: [Event] = []
        var cursor = cursor
        while true {
            let page = try await eventPage(
                matching: filter, after: cursor, limit: limit - found.count)
            found += page.events
            guard found.count < limit, let next = page.lookedUpTo else { return found }
            cursor = next
        }
    }
}
