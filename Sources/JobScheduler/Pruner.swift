import Dispatch
package import JobModel
package import JobStore
package import Logging
import Synchronization

/// Removes finished jobs that are kept no longer: by age, by number, by the room
/// their output takes, or because somebody asks for it.
///
/// Jobs go many at a time in transactions of a few milliseconds, between which
/// everybody else writes.
package actor Pruner {
    private let store: Store
    private let retention: Retention
    private let files: JobFiles
    private let now: @Sendable () -> Timestamp
    private let logger: Logger
    private let isRung = Mutex(false)
    private var isStopped = false
    /// Goes off when the next job is too old, or earlier. There is one, which is set
    /// anew after each look, so nothing has to be known of when it does.
    // Unsafe: sources can be used on any thread, and the compiler does not know.
    private nonisolated(unsafe) let timer = DispatchSource.makeTimerSource(queue: .global())
    private let longestWait: Double

    /// - Parameters:
    ///   - files: what deleted jobs have left on the disk.
    ///   - now: the clock that rows are stamped by.
    ///   - longestWait: after how many seconds it looks again though nothing is due.
    package init(
        store: Store, retention: Retention, files: JobFiles,
        now: @escaping @Sendable () -> Timestamp, logger: Logger,
        longestWait: Double = 86_400
    ) {
        self.store = store
        self.retention = retention
        self.files = files
        self.now = now
        self.logger = logger
        self.longestWait = longestWait
        timer.setEventHandler { [weak self] in
            guard let self else { return }
            Task { await self.look() }
        }
        timer.activate()
    }

    deinit {
        timer.cancel()
    }

    /// Says that jobs have finished. What that makes superfluous goes a little
    /// later, together with what finishes until then.
    package nonisolated func ring() {
        let isFirst = isRung.withLock { isRung in
            defer { isRung = true }
            return !isRung
        }
        guard isFirst, retention != Retention() else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.collecting) { [weak self] in
            guard let self else { return }
            isRung.withLock { $0 = false }
            Task { await self.look() }
        }
    }

    /// Removes no more.
    package func stop() {
        isStopped = true
        timer.cancel()
    }

    /// Applies the retention now.
    package func apply() async throws -> Pruned {
        let retention = self.retention
        return try await remove { try await $0.prunable(retention, limit: Self.batch) }
    }

    /// Removes finished jobs that match.
    ///
    /// - Parameters:
    ///   - age: only those that finished longer ago; in microseconds.
    ///   - keep: only those that are not among the so many that finished last.
    package func remove(
        matching filter: JobFilter, olderThan age: Int64?, keep: Int?
    ) async throws -> Pruned {
        try await remove {
            try await $0.prunable(
                matching: filter, olderThan: age, keep: keep, limit: Self.batch)
        }
    }

    private func look() async {
        do {
            var isComplete = false
            while !isComplete, !isStopped {
                let pruned = try await apply()
                isComplete = pruned.isComplete
                if pruned.jobs > 0 {
                    logger.info(
                        "Pruned",
                        metadata: ["jobs": "\(pruned.jobs)", "bytes": "\(pruned.bytes)"])
                }
            }
            try await scheduleNext()
        } catch {
            logger.error("Cannot prune", metadata: ["error": "\(error)"])
        }
    }

    /// Looks again when the oldest job has reached its age.
    private func scheduleNext() async throws {
        guard let age = retention.age, let oldest = try await store.oldestEnd() else { return }
        let seconds = Double(oldest + age - now()) / 1_000_000
        timer.schedule(
            wallDeadline: .now() + min(max(seconds, Self.collecting), longestWait))
    }

    private func remove(
        _ find: (Store) async throws -> [JobID]
    ) async throws -> Pruned {
        let start = ContinuousClock.now
        var pruned = Pruned(jobs: 0, bytes: 0, isComplete: false)
        while !pruned.isComplete, !isStopped, ContinuousClock.now - start < Self.patience {
            let found = try await find(store)
            let removed = try await store.delete(found)
            // Files follow: a file system may take several times as long. They are
            // noted in the store until they are gone.
            Task { [files] in await files.remove(removed.jobs) }
            pruned.jobs += removed.jobs.count
            pruned.bytes = pruned.bytes.saturating(plus: removed.bytes)
            pruned.isComplete = found.count < Self.batch
        }
        if pruned.jobs > 0 { try await store.reclaimSpace() }
        return pruned
    }

    /// Seconds in which ends are collected.
    private static let collecting = 2.0
    /// How long one call may go on: somebody waits for an answer.
    private static let patience = Duration.seconds(5)
    /// How many jobs are looked for at once.
    private static let batch = 500
}
