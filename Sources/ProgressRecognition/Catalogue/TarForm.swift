import JobModel

/// tar(1) of GNU with `--checkpoint=N`, and with the actions `echo`, `ttyout` and
/// `totals` in their usual formats.
///
///     tar: Write checkpoint 200
///     tar: 400
///     tar: #400: W: 4085760 (3.9MiB, 11MiB/s)
///     Total bytes written: 8181760 (7.9MiB, 11MiB/s)
///
/// A checkpoint is a number of records, whose size tar does not print, so they
/// are what is counted; where totals are printed (`%T`), bytes. How many there
/// will be is not known. `--totals` ends a tar that showed nothing with a line
/// like the last, so that is believed once its number has risen, as is `tar: 400`
/// (checkpoint.c; buffer.c, print_total_stats()).
struct TarForm: LineForm {
    static let source = ProgressSource(rawValue: "tar")

    let triggers = LineTriggers(prefixes: ["tar: "], last: ")")
    private var lastEcho: Double?
    private var lastTotal: Double?
    private var showsCheckpoints = false

    mutating func read(_ line: Line) -> Finding? {
        let bytes = line.bytes
        if bytes[bytes.count - 1] == Byte.of(")") { return totals(line) }
        var cursor = line.cursor
        guard cursor.take(text: "tar: ") else { return nil }
        let isNamed =
            cursor.take(text: "write checkpoint ") || cursor.take(text: "read checkpoint ")
        guard let number = cursor.takeWhole(), cursor.isAtEnd, line.isWhole else { return nil }
        if isNamed {
            showsCheckpoints = true
        } else {
            defer { lastEcho = number.value }
            guard let lastEcho, number.value > lastEcho else { return nil }
        }
        return .progress(Progress(done: number.value, unit: "records", source: Self.source))
    }

    /// `… W: 4085760 (3.9MiB, 11MiB/s)`
    private mutating func totals(_ line: Line) -> Finding? {
        let bytes = line.bytes
        var end = ByteCursor(bytes, at: bytes.count - 3)
        guard end.position > line.indent, end.take(text: "/s)"),
            let opening = bytes.lastIndex(of: Byte.of("(")), opening > line.indent + 4,
            Byte.isBlank(bytes[opening - 1])
        else { return nil }
        var start = opening - 1
        while start > line.indent, Byte.isDigit(bytes[start - 1]) { start -= 1 }
        var cursor = ByteCursor(bytes, at: start)
        guard let done = cursor.takeWhole(), cursor.take(text: " ("), cursor.takeSize() != nil,
            cursor.take(text: ", "), let rate = cursor.takeSize(kilo: 1024)
        else { return nil }
        guard Self.isTransfer(before: start, in: bytes) else {
            var label = line.cursor
            guard
                label.take(text: "total bytes written: ") || label.take(text: "total bytes read: "),
                label.position == start
            else { return nil }
            defer { lastTotal = done.value }
            guard !showsCheckpoints else {
                showsCheckpoints = false
                return .nothing
            }
            guard let lastTotal, done.value > lastTotal else { return nil }
            return Self.reading(done, rate)
        }
        return Self.reading(done, rate)
    }

    /// Whether `W: ` or `R: ` stands before `start`, a word of its own.
    private static func isTransfer(before start: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(bytes, at: start - 4)
        return cursor.position >= 0 && cursor.take(" ") && (cursor.take("W") || cursor.take("R"))
            && cursor.take(text: ": ")
    }

    private static func reading(_ done: Decimal, _ rate: Double) -> Finding {
        .progress(
            Progress(done: done.value, unit: "bytes", rate: rate > 0 ? rate : nil, source: source))
    }
}
