package import JobModel

/// Follows one attempt: bytes go in with the times of their journal frames,
/// readings come out, each to be stored as one event.
///
/// What comes out depends on the bytes, how they were cut into frames, and the
/// frames' times. So after a restart the daemon gives the same frames to a new
/// tracker, up to the place it had stored, throws away what comes out, and goes
/// on from there as if nothing had happened.
///
/// Times go in by the attempt's clock, which nobody sets, and come out by the wall
/// clock: `wallClockWasSet` says how far these are apart.
///
/// Only `flush(at:emit:)` looks at another clock: it passes on, because nothing
/// more has come, what the next frame would have passed on anyway. For that
/// reason it changes nothing but the memory of what has been passed on; and
/// because the last such reading may be newer than the stored place, a new
/// tracker must be told the time of the newest reading stored (`resumed`).
package struct ProgressTracker: Sendable {
    /// The longest interval between updates, in microseconds: a day.
    private static let longestInterval: Int64 = 86_400_000_000

    /// By how much, in microseconds, the one clock of a journal of the first layout
    /// may be set back without a reading that waits being missed after a restart:
    /// ten seconds.
    private static let clockSlack: Int64 = 10_000_000

    private var reader: AttemptReader
    private var outlet: Outlet
    /// `resumed`, by the attempt's clock as it stands to the wall clock by now.
    private var stored: Timestamp?
    /// Whether the reading made at `stored` was found among those that wait.
    private var isRecalled = false
    /// `reader` as it will be if nothing more comes, up to where the clock was
    /// at the last flush; nil when there was none since the last frame.
    private var preview: AttemptReader?

    /// A tracker at the beginning of an attempt.
    ///
    /// - Parameters:
    ///   - intervalMicroseconds: Updates closer together than this become one,
    ///     the newest. With 0 every reading is passed on.
    ///   - resumed: The time, by the wall clock, of the newest reading of the
    ///     attempt that is already stored; nil if none is.
    package init(intervalMicroseconds: Int64, resumed: Timestamp?) {
        reader = AttemptReader(interval: min(intervalMicroseconds, Self.longestInterval))
        outlet = Outlet(stored: resumed)
        stored = resumed
    }

    /// Takes note that the wall clock was set: what comes next is stamped by it as
    /// it is now. To be called before the first frame for which that is so.
    ///
    /// - Parameters:
    ///   - newStep: By how much it is ahead of the attempt's clock, in microseconds.
    ///   - at: That frame's time; what was due before is emitted.
    ///   - emit: As for `consume`.
    package mutating func wallClockWasSet(
        to newStep: Int64, at: Timestamp, emit: (Progress, Timestamp) -> Void
    ) {
        guard newStep != outlet.step else { return }
        var outlet = outlet
        reader.advance(to: at) { outlet.pass($0, emit: emit) }
        let change = outlet.step - newStep
        outlet.step = newStep
        // Until it is met among the attempt's readings only its time on the wall
        // is known.
        if let stored, outlet.isAhead(stored), !isRecalled {
            self.stored = stored.adding(change)
            outlet.move(stored, to: stored.adding(change))
        }
        self.outlet = outlet
        preview = nil
    }

    /// Takes the payload of a journal frame.
    ///
    /// - Parameters:
    ///   - bytes: What was written, cut as the frame cuts it.
    ///   - channel: Where it was written.
    ///   - at: The frame's time, by the attempt's clock.
    ///   - emit: Called with each reading to store and the reading's own time by
    ///     the wall clock, in order.
    package mutating func consume(
        _ bytes: UnsafeRawBufferPointer, from channel: OutputChannel, at: Timestamp,
        emit: (Progress, Timestamp) -> Void
    ) {
        // A copy, since the closure must not reach into what `consume` changes.
        var outlet = outlet
        reader.consume(bytes, from: channel, at: at) { outlet.pass($0, emit: emit) }
        self.outlet = outlet
        preview = nil
        recallStored(at: at)
    }

    /// When `flush(at:emit:)` has something to do, by the clock the frames'
    /// times come from; nil when it has nothing.
    package var due: Timestamp? {
        (preview ?? reader).due
    }

    /// Whether anything recognised so far tells how much is done, not only what
    /// is being done; also what waits for its turn.
    package var hasNumbers: Bool {
        (preview ?? reader).hasNumbers
    }

    /// Passes on what is due at `now`, when no more has come.
    ///
    /// Frames made before `now` should have been given to `consume` already:
    /// look at the clock first, then read the journal to its end, then flush.
    /// A frame that comes late all the same is read as it should be; only if
    /// the daemon is killed before the next frame too, a reading may be stored
    /// twice.
    package mutating func flush(at now: Timestamp, emit: (Progress, Timestamp) -> Void) {
        guard let due, due <= now else { return }
        var preview = preview ?? reader
        preview.advance(to: now) { outlet.passAhead($0, emit: emit) }
        self.preview = preview
    }

    /// Takes the end of the attempt: a last line without an end is looked at,
    /// and a reading that waits is passed on.
    package mutating func finish(at: Timestamp, emit: (Progress, Timestamp) -> Void) {
        var outlet = outlet
        reader.finish(at: at) { outlet.pass($0, emit: emit) }
        self.outlet = outlet
        preview = nil
    }

    /// If the newest stored reading is one that still waits here for its turn,
    /// it was passed on by `flush(at:emit:)` in an earlier life, and so were
    /// those that come before it.
    ///
    /// Which of them waited may change until the frame after which that was
    /// done, so this looks again after every frame that is near enough in time.
    private mutating func recallStored(at: Timestamp) {
        // A reading waits no longer than this before its turn.
        let wait = AttemptReader.settling + reader.interval
        guard let stored, outlet.isAhead(stored),
            at >= stored.adding(-wait - Self.clockSlack),
            at <= stored.adding(wait + Self.clockSlack)
        else { return }
        let horizon = stored.adding(wait + Self.clockSlack)
        var preview = reader
        var waiting: [Reading] = []
        while let due = preview.due, due <= horizon {
            preview.advance(to: due) { waiting.append($0) }
            guard let last = waiting.firstIndex(where: { $0.at == stored }) else { continue }
            outlet.recall(waiting[...last])
            isRecalled = true
            self.preview = preview
            return
        }
    }
}
