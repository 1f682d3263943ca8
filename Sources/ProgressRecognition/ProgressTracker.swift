package import JobModel

/// Follows one attempt: bytes go in with the times of their journal frames,
/// readings come out, each to be stored as one event.
///
/// What comes out depends on the bytes, how they were cut into frames, and the
/// frames' times. So after a restart the daemon gives the same frames to a new
/// tracker, up to the place it had stored, throws away what comes out, and goes
/// on from there as if nothing had happened.
///
/// Only `flush(at:emit:)` looks at another clock: it passes on, because nothing
/// more has come, what the next frame would have passed on anyway. For that
/// reason it changes nothing but the memory of what has been passed on; and
/// because the last such reading may be newer than the stored place, a new
/// tracker must be told the time of the newest reading stored (`resumed`).
package struct ProgressTracker: Sendable {
    private var reader: AttemptReader
    private var outlet: Outlet
    /// `resumed`, until the reading of that time has been met again.
    private var stored: Timestamp?
    /// Unfinished lines that settle up to here have been looked at ahead.
    private var previewed: Timestamp?

    /// A tracker at the beginning of an attempt.
    ///
    /// - Parameters:
    ///   - intervalMicroseconds: Updates closer together than this become one,
    ///     the newest. With 0 every reading is passed on.
    ///   - resumed: The time of the newest reading of the attempt that is
    ///     already stored; nil if none is.
    package init(intervalMicroseconds: Int64, resumed: Timestamp?) {
        reader = AttemptReader(interval: intervalMicroseconds)
        outlet = Outlet(stored: resumed)
        stored = resumed
    }

    /// Takes the payload of a journal frame.
    ///
    /// - Parameters:
    ///   - bytes: What was written, cut as the frame cuts it.
    ///   - channel: Where it was written.
    ///   - at: The frame's time.
    ///   - emit: Called with each reading to store and the reading's own time,
    ///     in order.
    package mutating func consume(
        _ bytes: UnsafeRawBufferPointer, from channel: OutputChannel, at: Timestamp,
        emit: (Progress, Timestamp) -> Void
    ) {
        // A copy, since the closure must not reach into what `consume` changes.
        var outlet = outlet
        reader.consume(bytes, from: channel, at: at) { outlet.pass($0, emit: emit) }
        self.outlet = outlet
        previewed = nil
        recallStored()
    }

    /// When `flush(at:emit:)` has something to do, by the clock the frames'
    /// times come from; nil when it has nothing.
    package var due: Timestamp? {
        var moment = reader.nextSettling(after: previewed)
        if let held = reader.coalescer.held, !outlet.isAhead(held.at),
            let turn = reader.coalescer.due
        {
            moment = moment.map { min($0, turn) } ?? turn
        }
        return moment
    }

    /// Passes on what is due at `now`, when no more has come.
    package mutating func flush(at now: Timestamp, emit: (Progress, Timestamp) -> Void) {
        guard let due, due <= now else { return }
        for reading in preview(upTo: now) { outlet.passAhead(reading, emit: emit) }
        previewed = now
    }

    /// Takes the end of the attempt: a last line without an end is looked at,
    /// and a reading that waits is passed on.
    package mutating func finish(at: Timestamp, emit: (Progress, Timestamp) -> Void) {
        var outlet = outlet
        reader.finish(at: at) { outlet.pass($0, emit: emit) }
        self.outlet = outlet
    }

    /// The readings that will be passed on by `now` if nothing more comes,
    /// found on a copy.
    private func preview(upTo now: Timestamp) -> [Reading] {
        var copy = reader
        var readings: [Reading] = []
        copy.advance(to: now) { readings.append($0) }
        return readings
    }

    /// If the newest stored reading is one that still waits here for its turn,
    /// it was passed on by `flush(at:emit:)` in an earlier life, and so were
    /// those that come before it.
    private mutating func recallStored() {
        guard let stored else { return }
        var turn: Timestamp?
        if reader.coalescer.held?.at == stored {
            turn = reader.coalescer.due
        } else if reader.isSettling(at: stored) {
            turn = stored
        }
        guard let turn else { return }
        // A reading due at its own settling may have to wait for its turn.
        for reading in preview(upTo: turn.adding(reader.coalescer.interval)) {
            outlet.recall(reading)
            if reading.at == stored { break }
        }
        self.stored = nil
    }
}
