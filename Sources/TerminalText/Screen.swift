/// A terminal's screen: rows and a cursor. Rows that scroll out of it become
/// lines.
///
/// It is as large as the terminal that jobs are given. For bytes that were
/// written to a pipe the height only says how far back the cursor can go.
struct Screen {
    /// How many rows there are.
    static let height = 40
    /// How many columns the cursor can be moved to, apart from by writing.
    static let width = 120

    /// A place on the screen, counted from 0.
    struct Position {
        var row = 0
        var column = 0
    }

    let isLive: Bool
    /// A ring that begins at `first`.
    var rows = [Row](repeating: Row(), count: height)
    var first = 0
    var cursor = Position()
    /// Where ESC 7 and CSI s have put the cursor.
    var saved = Position()
    /// The first and the last row of the part that scrolls.
    var region = 0...height - 1
    /// The number of the piece that is being read.
    var now: UInt64 = 0
    /// What has become a line and was not collected yet.
    var finished = FinishedLines()
    /// Whether nothing has come yet.
    private(set) var isUntouched = true
    /// For how many more lines rows are held back, because some that were shown
    /// were drawn over.
    var hold = 0
    /// Whether rows above the cursor may have been held back.
    var hasHidden: Bool
    /// Whether the beginning of a row's line has been passed on.
    var hasOpen = false
    var clusters = Clusters()
    /// The last character that was written, which CSI b repeats.
    private(set) var lastScalar: UInt32?
    /// Whether a full-screen program has the terminal to itself.
    private var isAlternate = false
    private var sequence = ControlSequence()
    private var decoder = UTF8Decoder()

    init(isLive: Bool) {
        self.isLive = isLive
        hasHidden = !isLive
    }

    /// Takes what was written next, at `time`.
    mutating func take(_ bytes: UnsafeRawBufferPointer, at time: UInt64) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        isUntouched = false
        now = time
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if sequence.isActive {
                // A byte that breaks the sequence off is looked at again.
                if step(byte) { position &+= 1 }
            } else if byte >= 0x80 || decoder.isActive {
                position = writeUTF8(bytes, from: position)
            } else if byte >= Byte.space, byte < Byte.delete {
                let end = PrintableRun.end(in: base, from: position, count: bytes.count)
                write(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
                position = end
            } else if byte == Byte.escape, let end = Self.endOfColor(bytes, from: position) {
                position = end
            } else {
                control(byte)
                position &+= 1
            }
        }
    }

    /// Ends the character that has begun.
    mutating func endCharacter() {
        if decoder.isActive { write(UTF8Decoder.replacement) }
        decoder = UTF8Decoder()
    }

    // MARK: Bytes

    /// Gives a byte to the escape sequence; whether it belonged to it.
    private mutating func step(_ byte: UInt8) -> Bool {
        switch sequence.take(byte) {
        case .more, .nothing: return true
        case .broken: return false
        case .escape(let final): if !isAlternate { escape(final) }
        case .control(let final, let marker):
            if marker == UInt8(ascii: "?") {
                setMode(final)
            } else if marker == 0, !isAlternate {
                control(final, sequence)
            }
        }
        return true
    }

    /// Where a sequence ends that begins at `from` and only sets colours and the
    /// like (`CSI … m`), if it is one and is all there: a quick way over most of
    /// all sequences.
    private static func endOfColor(_ bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        var position = from &+ 2
        guard position < bytes.count, bytes[from &+ 1] == UInt8(ascii: "[") else { return nil }
        let limit = min(bytes.count, position &+ 32)
        while position < limit {
            let byte = bytes[position]
            position &+= 1
            if byte == UInt8(ascii: "m") { return position }
            guard 0x30...0x3B ~= byte else { return nil }
        }
        return nil
    }

    /// DECSET and DECRST: xterm's alternate screen, in its three forms.
    private mutating func setMode(_ final: UInt8) {
        let isSet = final == UInt8(ascii: "h")
        guard isSet || final == UInt8(ascii: "l") else { return }
        guard [47, 1047, 1049].contains(where: { sequence.contains($0) }) else { return }
        if sequence.contains(1049) {
            if isSet, !isAlternate { saved = cursor }
            if !isSet, isAlternate { cursor = saved }
        }
        isAlternate = isSet
    }

    /// A control character.
    private mutating func control(_ byte: UInt8) {
        if byte == Byte.escape {
            sequence.begin()
            return
        }
        if isAlternate { return }
        switch byte {
        case Byte.newline, Byte.verticalTab, Byte.formFeed: endLine()
        case Byte.carriageReturn: cursor.column = 0
        case Byte.backspace: cursor.column = max(cursor.column - 1, 0)
        case Byte.tab: tab()
        default: break
        }
    }

    // MARK: Writing

    /// Writes visible ASCII characters.
    private mutating func write(_ text: UnsafeRawBufferPointer) {
        guard !isAlternate, let last = text.last else { return }
        lastScalar = UInt32(last)
        var rest = text
        while !rest.isEmpty {
            if cursor.column >= Row.limit { passOn() }
            let part = UnsafeRawBufferPointer(
                rebasing: rest.prefix(Row.limit - cursor.column))
            let index = touch()
            rows[index].write(part, at: cursor.column)
            cursor.column += part.count
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        }
    }

    /// Writes what comes before the next control character; its place.
    private mutating func writeUTF8(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        if isAlternate {
            if bytes[start] >= 0x80 { return start + 1 }
            decoder = UTF8Decoder()
            return start
        }
        // One byte may end a broken character and be one itself.
        if cursor.column + 2 > Row.limit { passOn() }
        let limit = min(bytes.count, start + Row.limit - cursor.column - 1)
        var end = start
        while end < limit, bytes[end] >= Byte.space, bytes[end] != Byte.delete { end &+= 1 }
        if end == start {
            // A control character, after one that is not whole.
            endCharacter()
            return start
        }
        let index = touch()
        cursor.column = rows[index].write(
            utf8: UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: cursor.column,
            &decoder, &clusters, last: &lastScalar)
        return end
    }

    /// Writes a character.
    mutating func write(_ value: UInt32) {
        if isAlternate { return }
        let columns = max(ScalarWidth.columns(of: value), 1)
        lastScalar = value
        if cursor.column + columns > Row.limit { passOn() }
        let index = touch()
        rows[index].write(value, columns: columns, at: cursor.column)
        cursor.column += columns
    }

    /// Tab stops are at every eighth column.
    private mutating func tab() {
        var columns = 8 - cursor.column % 8
        if cursor.column + columns > Row.limit {
            passOn()
            columns = 8
        }
        if cursor.column >= rows[index(cursor.row)].count {
            let index = touch()
            rows[index].writeTab(columns: columns, at: cursor.column)
        }
        cursor.column += columns
    }

    // MARK: Rows

    /// Where in the ring a row is.
    func index(_ row: Int) -> Int {
        let index = first &+ row
        return index < Self.height ? index : index &- Self.height
    }

    /// Makes ready to change the row of the cursor; its place in the ring.
    mutating func touch() -> Int {
        let index = index(cursor.row)
        touch(index)
        return index
    }

    /// Makes ready to change a row.
    mutating func touch(_ index: Int) {
        switch rows[index].showing {
        case .no: break
        case .yes:
            rows[index].showing = .changed(from: rows[index].trimmedCells)
            holdBack()
        case .changed: holdBack()
        }
        rows[index].time = now
    }

    private mutating func holdBack() {
        hold = Self.height
        hasHidden = true
    }
}
