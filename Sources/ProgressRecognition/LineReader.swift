import JobModel

/// Reads lines by the forms, in order of precedence, and keeps what an attempt
/// has told so far.
///
/// Once a reading has been believed, forms of lower precedence are not asked
/// again in the attempt: when a script writes `$JOBD_PROGRESS`, the percentages
/// of a command inside it are that command's own, not the script's. A message
/// alone gives no such precedence, so that a script may write only "copying" to
/// `$JOBD_PROGRESS` and leave the numbers to `rsync`.
///
/// Tools and general forms share a level, so that in a script that runs `curl`
/// and then prints `[3/10]` both count. But a tool that has just told something
/// is better believed than a number between its lines: general forms are not
/// asked for `toolSilence` after it.
///
/// A message alone changes the message of the newest reading and stays for
/// later readings that have none; a tool's for its own.
struct LineReader: LineSink, Sendable {
    /// Where the lines that follow come from.
    var channel = OutputChannel.stdout
    /// When the lines that follow were printed.
    var at = Timestamp(microseconds: 0)
    /// Whether only the newest reading of those that follow matters.
    var keepsNewestOnly = true
    /// The readings found since they were last taken away.
    private(set) var found: [Progress] = []

    /// A frame that is not looked at if another that the same forms are asked
    /// about is drawn over it in the same piece of output: nobody ever saw it.
    /// Unchecked, as it holds a pointer: it is set and taken away within one call
    /// of `AttemptReader`, so none is there when the reader is passed on.
    private struct PassingFrame: @unchecked Sendable {
        var line: Line
        var candidates: FormTable.Mask
    }

    private var passing: PassingFrame?
    private var table = FormTable.all
    private var allowed: FormTable.Mask = .max
    /// The forms that are shown every line for now.
    private var attentive: FormTable.Mask = 0
    private var precedence = Precedence.general
    private var isScreenTaken = false
    private var direct = DirectForm()
    private var terminal = TerminalProgress()
    private var newest: Progress?
    private var standingMessage: (text: String?, source: ProgressSource?)
    /// When a tool last told something.
    private var toolSpokeAt: Timestamp?

    /// For how long, in microseconds, general forms are not asked after a tool
    /// has told something: ten seconds.
    private static let toolSilence: Int64 = 10_000_000

    /// What keeps the other lines away, unless something waits for the next
    /// line, whatever it is. On `$JOBD_PROGRESS` every line counts.
    @inline(__always)
    var filter: LineFilter? {
        passing == nil && attentive & allowed == 0 && channel != .direct
            ? table.filter(upTo: precedence) : nil
    }

    /// Whether anything on `channel` could still be believed.
    func listens(to channel: OutputChannel) -> Bool {
        channel == .direct || precedence > .direct
    }

    /// Forgets the readings found.
    mutating func clearFound() {
        found.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    mutating func line(
        _ bytes: UnsafeRawBufferPointer, hasPercent: Bool, isRedrawn: Bool, end: LineEnd,
        isPassing: Bool
    ) {
        var indent = 0
        while indent < bytes.count, Byte.isBlank(bytes[indent]) { indent &+= 1 }
        var stop = bytes.count
        while stop > indent, Byte.isBlank(bytes[stop &- 1]) { stop &-= 1 }
        guard indent < stop else { return }
        let triggered = table.candidates(
            bytes, from: indent, to: stop, hasPercent: hasPercent,
            isRedrawn: isRedrawn)
        if let passing {
            if isRedrawn, passing.candidates == (triggered | attentive) & allowed {
                self.passing = nil
            } else {
                readPassing(passing)
            }
        }
        let candidates = (triggered | attentive) & allowed
        guard candidates != 0 || channel == .direct else { return }
        let line = Line(
            bytes: UnsafeRawBufferPointer(rebasing: bytes[..<stop]), indent: indent,
            channel: channel, at: at, end: end, isRedrawn: isRedrawn)
        if isPassing, keepsNewestOnly {
            passing = PassingFrame(line: line, candidates: candidates)
        } else {
            read(line, with: candidates)
        }
    }

    /// Looks at a frame that waited whether another like it was drawn over it.
    mutating func endPiece() {
        if let passing { readPassing(passing) }
    }

    @inline(never)
    private mutating func readPassing(_ frame: PassingFrame) {
        passing = nil
        read(frame.line, with: frame.candidates)
    }

    mutating func command(_ text: UnsafeRawBufferPointer) {
        endPiece()
        guard channel != .direct, precedence >= .terminal, let reading = terminal.read(text) else {
            return
        }
        guard reading.fraction == nil else { return believe(reading, from: .terminal) }
        guard let message = reading.message, var state = newest else {
            return begin(reading.message, reading.source, from: .terminal)
        }
        // An error or a pause without a value keeps what is shown; it must not
        // stay beyond the next state, as a message alone would.
        state.message = message
        add(state)
    }

    mutating func screen(isTaken: Bool) {
        endPiece()
        isScreenTaken = isTaken
        allow()
    }

    @inline(never)
    private mutating func read(_ line: Line, with candidates: FormTable.Mask) {
        guard line.channel != .direct else {
            if let reading = direct.read(line) { believe(reading, from: .direct) }
            return
        }
        var left = candidates & allowed
        if let toolSpokeAt, line.at >= toolSpokeAt, line.at.since(toolSpokeAt) < Self.toolSilence {
            left &= table.mask(upTo: .tool)
        }
        while left != 0 {
            let index = left.trailingZeroBitCount
            left &= left &- 1
            let finding = table.read(line, with: index)
            let bit: FormTable.Mask = 1 << FormTable.Mask(index)
            if bit & table.mayBeAttentive != 0 {
                attentive = table.forms[index].isAttentive ? attentive | bit : attentive & ~bit
            }
            switch finding {
            case nil: continue
            case .nothing: return
            case .progress(let reading):
                // In binary data a number with a `%` at a line's start is chance.
                if table.precedences[index] == .general, line.hasControls { return }
                return believe(reading, from: table.precedences[index])
            case .phase(let message, let source):
                return begin(message, source, from: table.precedences[index])
            }
        }
    }

    /// Takes a reading in.
    private mutating func believe(_ raw: Progress, from source: Precedence) {
        var reading = Self.checked(raw)
        let hasNumbers = reading.fraction != nil || reading.done != nil
        if !hasNumbers, raw.message != nil {
            standingMessage = (reading.message, source == .tool ? reading.source : nil)
            reading = newest ?? reading
            reading.message = standingMessage.text
        } else {
            // Nothing known after nothing known is no news.
            guard hasNumbers || newest != nil else { return }
            silence(below: source)
            reading.message = reading.message ?? message(for: reading.source)
        }
        add(reading)
    }

    /// Takes in that something has begun of which it is not known how far it is.
    private mutating func begin(
        _ message: String?, _ source: ProgressSource, from precedence: Precedence
    ) {
        let message = message.flatMap { MessageText.clean($0) } ?? self.message(for: source)
        guard message != nil || newest != nil else { return }
        silence(below: precedence)
        add(Progress(message: message, source: source))
    }

    /// The message that stays for readings of `source` that have none.
    private func message(for source: ProgressSource) -> String? {
        standingMessage.source == nil || standingMessage.source == source
            ? standingMessage.text : nil
    }

    /// Asks no form of lower precedence any more.
    private mutating func silence(below source: Precedence) {
        if source == .tool { toolSpokeAt = at }
        guard source < min(precedence, .tool) else { return }
        precedence = source
        allow()
    }

    /// Sets which forms are asked. The general ones are not while a program has
    /// the whole screen: `top` and `vim` draw numbers over each other, too.
    private mutating func allow() {
        let trusted = isScreenTaken && precedence > .tool ? .tool : precedence
        allowed = trusted == .general ? .max : table.mask(upTo: trusted)
    }

    private mutating func add(_ reading: Progress) {
        newest = reading
        if keepsNewestOnly { clearFound() }
        found.append(reading)
    }

    /// `raw` with every value in its range or left out, and its fraction worked
    /// out from its counts when it has none.
    private static func checked(_ raw: Progress) -> Progress {
        var reading = raw
        reading.done = count(raw.done)
        reading.total = count(raw.total)
        if let fraction = raw.fraction {
            reading.fraction = fraction.isFinite ? min(max(fraction, 0), 1) : nil
        } else if let done = reading.done, let total = reading.total, total > 0 {
            let fraction = done / total
            reading.fraction = fraction.isFinite ? min(fraction, 1) : 1
        }
        reading.rate = count(raw.rate)
        reading.etaSeconds = RateEstimator.sensible(seconds: raw.etaSeconds)
        reading.message = raw.message.flatMap { MessageText.clean($0) }
        reading.unit = raw.unit.flatMap { MessageText.clean($0, limit: MessageText.unitLimit) }
        return reading
    }

    /// A count, finite and not negative.
    private static func count(_ value: Double?) -> Double? {
        value.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
}
