import JobModel

/// click.progressbar(), of the Python library:
///
///     Modifying accounts  [##############----------------------]   40%  00:00:01  user 4
///     Reading pages  [####--------------------------------]   10%  2/20
///
/// From `ProgressBar` in click/_termui_impl.py with its default template. It is
/// drawn under a terminal only. With `show_pos` there is no percentage unless
/// `show_percent` asks for it, and such a bar is not recognised.
struct ClickForm: LineForm {
    static let source = ProgressSource(rawValue: "click")

    let triggers = LineTriggers(percent: true)

    mutating func read(_ line: Line) -> Finding? {
        guard line.isRedrawn else { return nil }
        var cursor = line.cursor
        guard cursor.skip(past: "[") else { return nil }
        let open = cursor.position - 1
        while cursor.take("#") {}
        while cursor.take("-") {}
        guard cursor.position - open > 10, cursor.take(exactly: "]  "),
            open == line.indent || cursor.peek(open - cursor.position - 1) == Byte.space
        else { return nil }
        var reading = Progress(source: Self.source)
        cursor.takeBlanks()
        if let counts = Self.takeCounts(&cursor) {
            (reading.done, reading.total) = counts
            cursor.takeBlanks()
        }
        guard let percentage = cursor.takeWhole(), cursor.take("%"), percentage.hundredth <= 1
        else { return nil }
        if reading.done == nil { reading.fraction = percentage.hundredth }
        cursor.takeBlanks()
        let days = cursor
        if let number = cursor.takeWhole(), cursor.take(exactly: "d ") {
            reading.etaSeconds = cursor.takeClock().map { $0 + number.value * 86_400 }
        } else {
            cursor = days
            reading.etaSeconds = cursor.takeClock()
        }
        cursor.takeBlanks()
        reading.message =
            MessageText.text(cursor.rest) ?? MessageText.text(line.cursor.bytes(upTo: open))
        return .progress(reading)
    }

    /// `2/20`
    private static func takeCounts(_ cursor: inout ByteCursor) -> (Double, Double)? {
        let start = cursor.position
        guard let done = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole()
        else {
            cursor.position = start
            return nil
        }
        return (done.value, total.value)
    }
}
