import JobModel
import JobStore
import JobTestSupport
import Synchronization

/// A store in a directory of its own, with a clock that a test sets and a record
/// of what was announced after the commits.
final class StoreFixture: Sendable {
    /// What outlives a reopening.
    private struct State {
        var time = Timestamp(microseconds: 1_000_000)
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
            path: directory.database, now: { state.value.withLock { $0.time } },
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

    /// Submits a job and claims it.
    func run(_ change: (inout JobSpec) -> Void = { _ in }) async throws -> AttemptID {
        try await store.setSlots(1000, ofQueue: JobSpec.defaultQueue)
        let job = try await submit(change)
        _ = try await store.claim(bootID: "boot", limit: 1000)
        return AttemptID(job: job.id, number: 1)
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
