import CLineScan

/// Cuts one channel's bytes into lines: at a newline, a carriage return, or
/// where an escape sequence moves the cursor; without the escape sequences.
///
/// A line that lies whole in its chunk is passed on where it is. Only one that
/// is cut between chunks, or has escapes in it, is copied, into a buffer of
/// `limit` bytes that is kept; so memory is bounded and lines cost no
/// allocation. Of a longer line the head is looked at and the rest skipped.
///
/// A backspace ends a frame too, because tools that count in place print
/// `12/80` and five backspaces; it then takes back the character before it.
struct LineSplitter {
    /// The most bytes of a line that are looked at.
    static let limit = 4096
    /// Lines longer than this are not looked at again at each backspace in
    /// them, so that hostile output cannot make the work quadratic.
    private static let backspaceLimit = 256

    /// The part of the unfinished line that has come.
    private(set) var tail: [UInt8] = []
    /// Whether a `%` is in the unfinished line.
    private(set) var tailHasPercent = false
    /// Whether the unfinished line overwrites another.
    private(set) var isRedrawn = false
    /// Whether the unfinished line has been judged: what else comes of it, up
    /// to its terminator, is not.
    private(set) var isSettled = false
    private var isOverlong = false
    private var isErasing = false
    private var escape = EscapeSequence()

    /// Judges no more of the unfinished line.
    mutating func settle() {
        isSettled = true
    }

    /// Ends the unfinished line here.
    mutating func end<Sink: LineSink>(into sink: inout Sink) {
        passTail(.newline, into: &sink)
        clear()
        isRedrawn = false
        escape = EscapeSequence()
    }

    /// Takes the next bytes of the channel and gives `sink` every line that
    /// ends in them.
    mutating func feed<Sink: LineSink>(_ chunk: UnsafeRawBufferPointer, into sink: inout Sink) {
        guard let base = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let count = chunk.count
        var start = 0
        var position = 0
        while position < count {
            if escape.isActive {
                position = stepEscape(chunk, at: position, into: &sink)
                start = position
                continue
            }
            if position == start, tail.isEmpty, !isSettled, let filter = sink.filter {
                // A line begins here.
                let stop = filter.scan(base, from: start, count: count, isRedrawn: isRedrawn)
                if stop.has_skipped {
                    isRedrawn = stop.is_redrawn
                    tailHasPercent = false
                }
                tailHasPercent = tailHasPercent || stop.has_percent
                start = stop.line
                position = stop.position
            } else {
                position = line_scan_next(base, position, count)
            }
            guard position < count else { break }
            switch base[position] {
            case Byte.newline:
                endLine(chunk, start, position, .newline, isPassing: false, into: &sink)
                isRedrawn = false
                start = position &+ 1
            case Byte.carriageReturn:
                // Before a newline it does not begin another frame.
                let isKnown = position &+ 1 < count
                let isBreak = isKnown && base[position &+ 1] == Byte.newline
                endLine(
                    chunk, start, position, isBreak ? .newline : .carriageReturn,
                    isPassing: isKnown && !isBreak, into: &sink)
                isRedrawn = true
                start = position &+ 1
            case Byte.percent:
                tailHasPercent = true
            case Byte.escape:
                keep(chunk, start, position)
                escape.begin()
                start = position &+ 1
            case Byte.backspace:
                keep(chunk, start, position)
                eraseOne(into: &sink)
                start = position &+ 1
            default:
                break
            }
            position &+= 1
        }
        keep(chunk, start, count)
    }

    /// Passes the line that ends at `position` on, and makes ready for the next.
    @inline(__always)
    private mutating func endLine<Sink: LineSink>(
        _ chunk: UnsafeRawBufferPointer, _ start: Int, _ position: Int, _ end: LineEnd,
        isPassing: Bool, into sink: inout Sink
    ) {
        if tail.isEmpty, !isSettled {
            if position > start {
                let length = min(position &- start, Self.limit)
                sink.line(
                    UnsafeRawBufferPointer(rebasing: chunk[start..<(start &+ length)]),
                    hasPercent: tailHasPercent, isRedrawn: isRedrawn, end: end,
                    isPassing: isPassing)
            }
        } else {
            keep(chunk, start, position)
            passTail(end, into: &sink)
            clear()
        }
        tailHasPercent = false
    }

    private mutating func clear() {
        tail.removeAll(keepingCapacity: true)
        tailHasPercent = false
        isSettled = false
        isOverlong = false
        isErasing = false
    }

    /// Gives `sink` the unfinished line as it stands, unless it is settled.
    func passTail<Sink: LineSink>(_ end: LineEnd, into sink: inout Sink) {
        guard !isSettled, !tail.isEmpty else { return }
        tail.withUnsafeBytes {
            sink.line(
                $0, hasPercent: tailHasPercent, isRedrawn: isRedrawn, end: end, isPassing: false)
        }
    }

    /// Adds bytes to the unfinished line, as far as there is room.
    private mutating func keep(_ chunk: UnsafeRawBufferPointer, _ start: Int, _ end: Int) {
        guard start < end else { return }
        isErasing = false
        let room = Self.limit &- tail.count
        guard end &- start <= room else {
            isOverlong = true
            tail.append(contentsOf: chunk[start..<(start &+ room)])
            return
        }
        tail.append(contentsOf: chunk[start..<end])
    }

    /// A backspace: what stands there is a frame; then its last character goes.
    private mutating func eraseOne<Sink: LineSink>(into sink: inout Sink) {
        if !isErasing {
            if tail.count <= Self.backspaceLimit { passTail(.movement, into: &sink) }
            isErasing = true
            isSettled = false
            isRedrawn = true
        }
        // Of an overlong line the end is not known, so it cannot be taken back.
        guard !isOverlong else { return }
        while let last = tail.popLast(), last & 0xC0 == 0x80 {}
    }

    /// Gives the escape sequence one byte and does what it says; the position
    /// of the next byte to look at.
    private mutating func stepEscape<Sink: LineSink>(
        _ chunk: UnsafeRawBufferPointer, at position: Int, into sink: inout Sink
    ) -> Int {
        switch escape.take(chunk[position]) {
        case .broken:
            return position
        case .more, .ended(.nothing):
            break
        case .ended(.moved):
            passTail(.movement, into: &sink)
            clear()
            isRedrawn = true
        case .ended(.gap):
            if !tail.isEmpty, tail.count < Self.limit { tail.append(Byte.space) }
        case .ended(.command):
            escape.text.withUnsafeBytes { sink.command($0) }
        case .ended(.screen(let isTaken)):
            passTail(.movement, into: &sink)
            clear()
            sink.screen(isTaken: isTaken)
        }
        return position &+ 1
    }
}
