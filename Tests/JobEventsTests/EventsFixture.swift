import Dispatch
import JobEvents
import JobModel
import JobStore
import JobTestSupport
import Synchronization

/// A store whose commits ring the bells, as the daemon wires them.
final class EventsFixture: Sendable {
    let directory: TemporaryDirectory
    let layout: StateDirectory
    let store: Store
    let log: EventLog
    let output: OutputLog
    /// The time that the store stamps rows with.
    let time = Shared(Timestamp(microseconds: 1_795_335_330_123_456))

    /// The store is made before those whom it wakes.
    private final class Bells: Sendable {
        let log = Mutex<EventLog?>(nil)
    }

    init(estimateInterval: DispatchTimeInterval = .seconds(1)) throws {
        let directory = try TemporaryDirectory()
        let bells = Bells()
        self.directory = directory
        layout = StateDirectory(path: directory.path)
        store = try Store(
            path: layout.database, now: { [time] in time.value },
            committed: { effects in
                if effects.contains(.events) { bells.log.withLock { $0 }?.ring() }
            })
        let log = EventLog(store: store, estimateInterval: estimateInterval)
        bells.log.withLock { $0 = log }
        self.log = log
        output = OutputLog(store: store, directory: layout)
    }

    /// Submits jobs that run, each with these labels.
    func run(_ count: Int, labels: (Int) -> [String: String] = { _ in [:] }) async throws
        -> [AttemptID]
    {
        try await store.setDefaultSlots(1000, ofQueue: JobSpec.defaultQueue)
        for index in 0..<count {
            _ = try await store.submit(JobSpec(command: .shell("true"), labels: labels(index)))
        }
        return try await store.claim(bootID: "boot", limit: 1000).claims.map(\.attempt)
    }

    func record(_ messages: [String], of attempt: AttemptID) async throws {
        let readings = messages.map {
            StampedProgress(
                progress: Progress(fraction: 0.5, message: $0, source: .direct),
                time: Timestamp(microseconds: 1_795_335_330_000_000))
        }
        try await store.record(readings, of: attempt, consumed: 0)
    }

    func finish(_ attempt: AttemptID) async throws {
        let outcome = Outcome(
            state: .succeeded, exitCode: 0, time: Timestamp(microseconds: 1_795_335_331_000_000))
        try await store.finish(attempt, with: outcome, readings: [], consumed: 0)
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
