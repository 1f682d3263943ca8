import JobModel

/// pytest, plain, `-q`, `-v`, and with pytest-xdist:
///
///     collected 21 items
///     test_pages.py .......F....                                               [ 57%]
///     ..................F..                                                    [100%]
///     test_pages.py::test_pages[0] PASSED                                      [  4%]
///     test_pages.py::test_pages[0] PASSED                                      [ 1/21]
///     [gw0] [  4%] PASSED test_pages.py::test_pages[0]
///
/// From `TerminalReporter` in _pytest/terminal.py. Without `-v` a line is told
/// when it is full or its file is done. With `-s` pytest prints no percentages,
/// and with `console_output_style=count` the tests done instead.
struct PytestForm: LineForm {
    static let source = ProgressSource(rawValue: "pytest")

    let triggers = LineTriggers(prefixes: ["collected ", "[gw"], last: "]")

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(exactly: "[gw") { return worker(&cursor) }
        _ = cursor.take(exactly: "collecting ... ")
        let start = cursor
        if cursor.take(exactly: "collected ") {
            guard line.isWhole, cursor.takeWhole() != nil, cursor.take(exactly: " item") else {
                return nil
            }
            return .phase(MessageText.text(start.rest), Self.source)
        }
        let bytes = line.bytes
        guard bytes.count >= 8, let open = bytes.lastIndex(of: Byte.of("[")), open > line.indent,
            Byte.isBlank(bytes[open - 1])
        else { return nil }
        cursor.position = open
        guard var reading = Self.takeShare(&cursor), cursor.isAtEnd else { return nil }
        var end = open
        while end > line.indent, Byte.isBlank(bytes[end - 1]) { end -= 1 }
        guard let what = Self.tests(line.cursor.bytes(upTo: end)) else { return nil }
        reading.message = MessageText.text(what)
        return .progress(reading)
    }

    /// `[ 57%]`, `[ 1/21]`
    private static func takeShare(_ cursor: inout ByteCursor) -> Progress? {
        let start = cursor.position
        guard cursor.take("[") else { return nil }
        cursor.takeBlanks()
        guard let number = cursor.takeWhole() else { return nil }
        if cursor.take(exactly: "%]") {
            guard cursor.position - start == 6, number.hundredth <= 1 else { return nil }
            return Progress(fraction: number.hundredth, source: source)
        }
        guard cursor.take("/"), let total = cursor.takeWhole(), cursor.take("]"),
            total.digits > 0, number.digits <= total.digits
        else { return nil }
        return Progress(
            done: number.value, total: total.value, unit: "tests", source: source)
    }

    /// `[gw0] [  4%] PASSED test_pages.py::test_pages[0]`
    private func worker(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.takeWhole() != nil, cursor.take(exactly: "] "),
            var reading = Self.takeShare(&cursor), cursor.take(" "),
            Self.outcomes.contains(where: { cursor.take(exactly: $0) })
        else { return nil }
        reading.message = MessageText.text(cursor.rest)
        return .progress(reading)
    }

    /// What stands before the share, if pytest prints so: the file or test, which
    /// is empty with `-q`.
    private static func tests(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var cursor = ByteCursor(text)
        takeMarks(&cursor)
        if cursor.isAtEnd { return text.isEmpty ? nil : cursor.rest }
        cursor.position = 0
        while !cursor.isAtEnd, !Byte.isBlank(cursor.next) { cursor.position += 1 }
        let first = cursor.taken(since: 0)
        if first.contains(Byte.of(".")), cursor.take(" ") {
            let start = cursor.position
            takeMarks(&cursor)
            if cursor.isAtEnd, cursor.position > start { return first }
        }
        cursor.position = 0
        guard cursor.skip(past: "::") else { return nil }
        for outcome in outcomes {
            if let place = cursor.place(of: outcome), place > 0,
                Byte.isBlank(text[place - 1])
            {
                return UnsafeRawBufferPointer(rebasing: text[..<place])
            }
        }
        return nil
    }

    /// `.......F....`
    private static func takeMarks(_ cursor: inout ByteCursor) {
        while true {
            switch cursor.next {
            case Byte.of("."), Byte.of("F"), Byte.of("E"), Byte.of("s"), Byte.of("x"),
                Byte.of("X"), Byte.of("R"), Byte.of(","), Byte.of("u"):
                cursor.position += 1
            default: return
            }
        }
    }

    private static let outcomes: [StaticString] = [
        "PASSED", "FAILED", "SKIPPED", "ERROR", "XFAIL", "XPASS", "RERUN", "SUBPASS", "SUBFAIL",
    ]
}
