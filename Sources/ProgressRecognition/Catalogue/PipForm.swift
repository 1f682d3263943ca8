import JobModel

/// pip: the bar it draws on a terminal, and `--progress-bar=raw`.
///
///       Downloading alpha-1.0-py3-none-any.whl (1.5 MB)
///          ━━━━━━━━━━━━━╸━━━━━━━━━━━━━━━ 0.5/1.5 MB 583.0 kB/s eta 0:00:02
///          / 262.1 kB 582.6 kB/s 0:00:01
///     Progress 262144 of 1500828
///
/// From pip/_internal/cli/progress_bars.py. Units are of 1000; in the bar done
/// and total share one. A total of 0 is one that is not known. Others draw such
/// bars and count so, too: only what follows pip's `Downloading` is believed.
/// Into a pipe the bar is printed once, at the end.
struct PipForm: LineForm {
    static let source = ProgressSource(rawValue: "pip")

    let triggers = LineTriggers(prefixes: ["downloading ", "progress ", "━", "╸", "╺"])

    /// Right after `Downloading` the frames of a spinner may come, one after the
    /// other.
    static let mayBeAttentive = true
    private(set) var isAttentive = false
    private var name: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(text: "downloading ") {
            if line.isWhole {
                name = Self.fileName(cursor.rest)
                isAttentive = true
            }
            return nil
        }
        guard name != nil else { return nil }
        let finding = progress(&cursor, line)
        isAttentive = finding != nil || !line.isWhole
        return finding
    }

    private func progress(_ cursor: inout ByteCursor, _ line: Line) -> Finding? {
        if cursor.take(text: "progress ") {
            return line.indent == 0 && line.isWhole ? raw(&cursor).map { .progress($0) } : nil
        }
        let reading = cursor.next >= 0x80 ? bar(&cursor) : spinner(&cursor, line)
        return reading.map { .progress($0) }
    }

    /// The file in `https://example.org/a.whl (1.5 MB)`.
    private static func fileName(_ text: UnsafeRawBufferPointer) -> String? {
        let end = text.firstIndex(of: Byte.space) ?? text.count
        let start = text[..<end].lastIndex(of: Byte.of("/")).map { $0 + 1 } ?? 0
        return MessageText.text(UnsafeRawBufferPointer(rebasing: text[start..<end]))
    }

    /// `262144 of 1500828`
    private func raw(_ cursor: inout ByteCursor) -> Progress? {
        guard let done = cursor.takeWhole(), cursor.take(text: " of "),
            let total = cursor.takeWhole(), cursor.isAtEnd
        else { return nil }
        return Progress(
            done: done.value, total: total.digits > 0 ? total.value : nil, unit: "bytes",
            message: name, source: Self.source)
    }

    /// `━━━━━ 0.5/1.5 MB 583.0 kB/s eta 0:00:02`
    private func bar(_ cursor: inout ByteCursor) -> Progress? {
        while cursor.next >= 0x80 { cursor.position += 1 }
        guard cursor.take(" "), let part = cursor.takeDecimal(), cursor.take("/") else {
            return nil
        }
        let start = cursor.position
        guard let whole = cursor.takeDecimal(), whole.digits > 0 else { return nil }
        cursor.position = start
        guard let total = cursor.takeSize(), cursor.take(" "), let rate = Self.takeRate(&cursor)
        else { return nil }
        cursor.takeBlanks()
        let isRunning = cursor.take(text: "eta ")
        let seconds = cursor.takeClock()
        guard seconds != nil || cursor.take(text: "-:--:--"), cursor.isAtEnd else { return nil }
        return Progress(
            done: part.value * (total / whole.value), total: total, unit: "bytes", message: name,
            rate: rate.nonZero, etaSeconds: isRunning ? seconds?.nonZero : nil,
            source: Self.source)
    }

    /// `/ 262.1 kB 582.6 kB/s 0:00:01`
    private func spinner(_ cursor: inout ByteCursor, _ line: Line) -> Progress? {
        guard line.indent == 5, cursor.peek(1) == Byte.space, Byte.isDigit(cursor.peek(2)) else {
            return nil
        }
        cursor.position += 2
        guard let done = cursor.takeSize(), cursor.take(" "), let rate = Self.takeRate(&cursor),
            cursor.take(" "), cursor.takeClock() != nil, cursor.isAtEnd
        else { return nil }
        return Progress(
            done: done, unit: "bytes", message: name, rate: rate.nonZero,
            source: Self.source)
    }

    /// `583.0 kB/s`, or zero for `?`.
    private static func takeRate(_ cursor: inout ByteCursor) -> Double? {
        if cursor.take("?") { return 0 }
        guard let rate = cursor.takeSize(), cursor.take(text: "/s") else { return nil }
        return rate
    }
}
