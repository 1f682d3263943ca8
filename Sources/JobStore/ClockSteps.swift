import JobModel
import Synchronization

/// Notices that the wall clock was set: it then stands otherwise to a clock that
/// nobody sets, and that goes on while the machine sleeps (CLOCK_BOOTTIME), for
/// after a sleep the wall clock has not been set.
final class ClockSteps: Sendable {
    private let now: @Sendable () -> Timestamp
    private let steady: @Sendable () -> Int64
    /// What the wall clock is ahead of the steady one, in microseconds, as far as
    /// that has been allowed for.
    private let known: Mutex<Int64>

    /// - Parameters:
    ///   - now: the wall clock.
    ///   - steady: the other one, in microseconds.
    init(now: @escaping @Sendable () -> Timestamp, steady: @escaping @Sendable () -> Int64) {
        self.now = now
        self.steady = steady
        known = Mutex(now().microseconds - steady())
    }

    /// By how much the clock was set since this was last asked, in microseconds;
    /// nil when it was not. Whoever gets a number has to allow for it.
    func take() -> Int64? {
        known.withLock { known in
            let step = now().microseconds - steady() - known
            guard abs(step) >= Self.smallest else { return nil }
            known += step
            return step
        }
    }

    /// Takes back a step that could not be allowed for.
    func giveBack(_ step: Int64) {
        known.withLock { $0 -= step }
    }

    /// A tenth of a second, in microseconds: the two clocks are not read at the same
    /// moment, and no pause is that exact.
    private static let smallest: Int64 = 100_000
}
