import JobModel

/// Makes readings that follow each other too closely into one, the newest.
///
/// A reading is passed on at once when the interval since the last has gone by;
/// otherwise it is held, a newer one takes its place, and the newest is passed
/// on when the interval is over. Time goes by what it is given only, so the same
/// readings at the same times are always passed on alike; the interval is
/// measured from the moment the last was *due*, so there are never more than
/// one to an interval.
///
/// A reading that tells the same as the one before it is dropped.
struct Coalescer: Sendable {
    /// The interval, in microseconds.
    let interval: Int64
    /// The reading that waits for its turn.
    private(set) var held: Reading?

    private var newest: Progress?
    private var lastSlot: Timestamp?
    private var lastGiven: Timestamp?
    private var lastTime: Timestamp?

    init(interval: Int64) {
        self.interval = max(interval, 0)
    }

    /// When `held` is to be passed on.
    var due: Timestamp? {
        guard held != nil, let lastSlot else { return nil }
        return lastSlot.adding(interval)
    }

    /// Takes a reading made at `at`.
    mutating func offer(_ progress: Progress, at: Timestamp, pass: (Reading) -> Void) {
        advance(to: at, pass: pass)
        guard !progress.tellsSame(as: newest) else { return }
        newest = progress
        let reading = Reading(progress: progress, at: distinct(at))
        if isFree(at: at) {
            lastSlot = at
            held = nil
            pass(reading)
        } else {
            held = reading
        }
    }

    /// Passes the held reading on if it is due at `now`.
    mutating func advance(to now: Timestamp, pass: (Reading) -> Void) {
        guard let reading = held, let slot = due, isFree(at: now) else { return }
        held = nil
        // A clock that was set back would hold everything up until it has
        // caught up again: begin anew from there.
        lastSlot = now < slot ? now : slot
        pass(reading)
    }

    /// Passes the held reading on, due or not.
    mutating func finish(pass: (Reading) -> Void) {
        if let reading = held { pass(reading) }
        held = nil
    }

    private func isFree(at now: Timestamp) -> Bool {
        guard let lastSlot else { return true }
        return now < lastSlot || now >= lastSlot.adding(interval)
    }

    /// `at`, or the first microsecond after the reading before, if that had the
    /// same time.
    private mutating func distinct(_ at: Timestamp) -> Timestamp {
        var time = at
        if let lastGiven, let lastTime, at >= lastGiven, at <= lastTime {
            time = lastTime.adding(1)
        }
        lastGiven = at
        lastTime = time
        return time
    }
}
