import JobModel

/// Everything that follows from an attempt's bytes and their times alone: the
/// same calls give the same readings, whatever was asked of it in between.
struct AttemptReader: Sendable {
    /// How long, in microseconds, an unfinished line must have stood before it
    /// is taken for all there will be: bars that begin with a carriage return
    /// are ended only by their next frame. What comes within this time is the
    /// rest of the line, however it was cut.
    static let settling: Int64 = 50_000

    private var stdout = LineSplitter()
    private var stderr = LineSplitter()
    private var direct = LineSplitter()
    private var stdoutTailSince: Timestamp?
    private var stderrTailSince: Timestamp?
    private var reader = LineReader()
    private var estimator = RateEstimator()
    private var coalescer: Coalescer

    /// Whether any of what was found told how much is done, not only what.
    private(set) var hasNumbers = false

    /// The interval within which readings become one, in microseconds.
    var interval: Int64 { coalescer.interval }

    init(interval: Int64) {
        coalescer = Coalescer(interval: interval)
        reader.keepsNewestOnly = coalescer.interval > 0
    }

    /// When `advance(to:pass:)` has something to do; nil when it has nothing.
    var due: Timestamp? {
        guard let turn = coalescer.due, let settling = nextSettling else {
            return coalescer.due ?? nextSettling
        }
        return min(turn, settling)
    }

    /// When an unfinished line is to be judged.
    private var nextSettling: Timestamp? {
        let stdout = stdoutTailSince?.adding(Self.settling)
        let stderr = stderrTailSince?.adding(Self.settling)
        guard let stdout, let stderr else { return stdout ?? stderr }
        return min(stdout, stderr)
    }

    /// Takes bytes printed at `at`.
    mutating func consume(
        _ bytes: UnsafeRawBufferPointer, from channel: OutputChannel, at: Timestamp,
        pass: (Reading) -> Void
    ) {
        advance(to: at, pass: pass)
        guard reader.listens(to: channel) else { return }
        reader.channel = channel
        reader.at = at
        switch channel {
        case .stdout:
            stdout.feed(bytes, into: &reader)
            stdoutTailSince = stdout.tail.isEmpty || stdout.isSettled ? nil : at
        case .stderr:
            stderr.feed(bytes, into: &reader)
            stderrTailSince = stderr.tail.isEmpty || stderr.isSettled ? nil : at
        case .direct:
            direct.feed(bytes, into: &reader)
            // The end of what was written at once ends a line.
            direct.end(into: &reader)
        }
        reader.endPiece()
        passFound(at: at, pass: pass)
    }

    /// Lets time go by: judges unfinished lines and passes on what is due.
    mutating func advance(to now: Timestamp, pass: (Reading) -> Void) {
        while let moment = nextSettling, moment <= now {
            let isStdout = stdoutTailSince?.adding(Self.settling) == moment
            coalescer.advance(to: moment, pass: pass)
            if isStdout {
                stdoutTailSince = nil
                Self.settle(&stdout, .stdout, with: &reader, at: moment)
            } else {
                stderrTailSince = nil
                Self.settle(&stderr, .stderr, with: &reader, at: moment)
            }
            passFound(at: moment, pass: pass)
        }
        coalescer.advance(to: now, pass: pass)
    }

    /// Takes the end of the attempt: an unfinished line is finished with it.
    mutating func finish(at: Timestamp, pass: (Reading) -> Void) {
        advance(to: at, pass: pass)
        stdoutTailSince = nil
        stderrTailSince = nil
        reader.at = at
        if reader.listens(to: .stdout) {
            reader.channel = .stdout
            stdout.end(into: &reader)
            reader.channel = .stderr
            stderr.end(into: &reader)
        }
        passFound(at: at, pass: pass)
        coalescer.finish(pass: pass)
    }

    /// Judges an unfinished line as it stands. Only if it is believed is it
    /// settled; if not, it is as if it had not been looked at.
    private static func settle(
        _ splitter: inout LineSplitter, _ channel: OutputChannel, with reader: inout LineReader,
        at: Timestamp
    ) {
        guard reader.listens(to: channel) else { return }
        var trial = reader
        trial.channel = channel
        trial.at = at
        splitter.passTail(.open, into: &trial)
        guard !trial.found.isEmpty else { return }
        reader = trial
        splitter.settle()
    }

    /// Offers the readings just found to the coalescer.
    private mutating func passFound(at: Timestamp, pass: (Reading) -> Void) {
        guard !reader.found.isEmpty else { return }
        for progress in reader.found {
            if progress.fraction != nil || progress.done != nil { hasNumbers = true }
            coalescer.offer(estimator.complete(progress, at: at), at: at, pass: pass)
        }
        reader.clearFound()
    }
}
