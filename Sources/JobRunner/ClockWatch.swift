internal import CLinux
package import Dispatch
internal import Glibc
private import Synchronization

/// Tells when somebody, or the machine, sets the wall clock; nothing is done until
/// then.
package final class ClockWatch: Sendable {
    // Unsafe: sources can be used on any thread, and the compiler does not know.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    /// `offset()` when it was last looked at.
    private let known: Mutex<Int64>

    /// - Parameters:
    ///   - queue: where `wasSet` is called.
    ///   - wasSet: given by how many microseconds; not called after a sleep of the
    ///     machine, which the kernel tells of in the same way.
    package init(
        queue: DispatchQueue = DispatchQueue(label: "jobd.clock"),
        wasSet: @escaping @Sendable (Int64) -> Void
    ) throws(WatchError) {
        let watch = linux_clock_watch()
        if watch < 0 { throw WatchError(operation: "watch the clock", code: -watch) }
        source = DispatchSource.makeReadSource(fileDescriptor: watch, queue: queue)
        source.setCancelHandler { close(watch) }
        let source = source
        known = Mutex(Self.offset())
        source.setEventHandler { [weak self] in
            // First, so that a step that comes now is told of. One that cannot be
            // watched for any more would be told of for ever.
            if linux_clock_watch_again(watch) < 0 { source.cancel() }
            if let step = self?.takeStep() { wasSet(step) }
        }
        source.activate()
    }

    deinit {
        source.cancel()
    }

    private func takeStep() -> Int64? {
        known.withLock { known in
            let step = Self.offset() - known
            guard abs(step) >= Self.smallest else { return nil }
            known += step
            return step
        }
    }

    /// A tenth of a second, in microseconds: the two clocks are not read at once.
    private static let smallest: Int64 = 100_000

    /// What the wall clock is ahead of one that nobody sets, in microseconds.
    private static func offset() -> Int64 { linux_realtime_us() - linux_boottime_us() }
}
