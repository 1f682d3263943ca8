package import Journal
package import JobModel

/// The clock that an attempt's journal counts by, as it is known from the frames
/// that have been read: nobody sets it, so intervals are measured by it.
package struct AttemptClock {
    /// By how much, in microseconds, the wall clock is ahead of it: it has been set
    /// so much since the attempt began.
    package private(set) var step: Int64 = 0
    /// The time of the first frame.
    private var first: Int64?
    /// The time of the newest frame, and when that was read.
    private var newest: (time: Int64, read: SuspendingClock.Instant)?

    package init() {}

    /// Takes a frame that was read at `moment`.
    ///
    /// - Returns: whether the wall clock has been set since the frame before it.
    package mutating func take(_ frame: JournalFrame, at moment: SuspendingClock.Instant) -> Bool {
        if first == nil { first = frame.time }
        newest = (frame.time, moment)
        // The two clocks are not read at the same moment.
        guard abs(frame.step - step) >= Self.smallestStep else { return false }
        step = frame.step
        return true
    }

    /// What it shows at `moment`, or a little less: a frame is read after it was
    /// written. It stands still while the machine sleeps, as that clock does.
    package func now(at moment: SuspendingClock.Instant) -> Timestamp {
        guard let newest else { return Timestamp(microseconds: 0) }
        let since = (moment - newest.read).components
        return Timestamp(
            microseconds: newest.time + since.seconds * 1_000_000
                + since.attoseconds / 1_000_000_000_000)
    }

    /// How many microseconds lie between the first frame and the newest.
    package var elapsed: Int64? {
        guard let first, let newest else { return nil }
        return max(0, newest.time - first)
    }

    /// Ten milliseconds, in microseconds: a step that nobody would notice.
    private static let smallestStep: Int64 = 10_000
}
