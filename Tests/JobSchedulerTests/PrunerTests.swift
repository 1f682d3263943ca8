import Foundation
import JobModel
import JobScheduler
import JobStore
import JobTestSupport
import Logging
import Synchronization
import Testing

/// Pruning by age, where no job's end brings it about.
@Suite struct PrunerTests {
    private final class Clock: Sendable {
        let time = Mutex(Timestamp(microseconds: 1_800_000_000_000_000))
        @Sendable func now() -> Timestamp { time.withLock { $0 } }
    }

    /// An idle daemon looks again and again, however far off the next age is.
    @Test(.timeLimit(.minutes(1)))
    func whatGrowsOldLongAfterTheLastEndIsPruned() async throws {
        let directory = try TemporaryDirectory()
        let clock = Clock()
        let store = try Store(path: directory.database, now: clock.now) { _ in }
        let state = StateDirectory(path: directory.path)
        let (looks, looked) = AsyncStream.makeStream(of: Void.self)
        let id = try await store.submit(JobSpec(command: .arguments(["true"]))).id
        _ = try await store.claim(bootID: "boot", limit: 1)
        try await store.finish(
            AttemptID(job: id, number: 1),
            with: Outcome(state: .succeeded, exitCode: 0, time: clock.now()), readings: [],
            consumed: 0)
        try FileManager.default.createDirectory(
            atPath: state.attempt(AttemptID(job: id, number: 1)),
            withIntermediateDirectories: true)
        let pruner = Pruner(
            store: store, retention: Retention(age: 30 * 86_400_000_000),
            files: JobFiles(store: store, directory: state, logger: Logger(label: "test")),
            now: {
                looked.yield()
                return clock.now()
            }, logger: Logger(label: "test"), longestWait: 0.01)
        pruner.ring()
        // It asks for the time when it sets its timer; that goes off some times for
        // nothing first.
        var count = 0
        for await _ in looks {
            count += 1
            if count == 3 { break }
        }
        clock.time.withLock { $0 = $0 + 31 * 86_400_000_000 }
        // Its rows first, then its files; and in the end nothing is left to be done.
        while try await store.job(id) != nil { try await Task.sleep(for: .milliseconds(1)) }
        while FileManager.default.fileExists(atPath: state.job(id)) {
            try await Task.sleep(for: .milliseconds(1))
        }
        while try await !store.removedJobs().isEmpty {
            try await Task.sleep(for: .milliseconds(1))
        }
        await pruner.stop()
        try store.close()
    }
}
