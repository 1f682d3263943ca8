import JobModel

/// progressbar2 and progressbar, the Python libraries, with their default
/// widgets:
///
///       5% (1 of 20) |###                    | Elapsed Time: 0:00:00 ETA: 0:00:02
///      13% of   8.6 MiB |########            | Elapsed Time: 0:00:00 ETA:   0:00:01
///     / |    #                               | 4 Elapsed Time: 0:00:00
///
/// From `ProgressBar.default_widgets()` in progressbar/bar.py. The size behind
/// `of` is rounded, and what is done of it not printed, so the percentage is all
/// that is taken.
struct ProgressbarForm: LineForm {
    static let source = ProgressSource(rawValue: "progressbar")

    let triggers = LineTriggers(prefixes: ["/ |", "- |", "\\ |", "| |"], percent: true)

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard Byte.isDigit(cursor.next) else { return unknown(&cursor) }
        guard let percentage = cursor.takeWhole(), cursor.take("%"), percentage.hundredth <= 1,
            cursor.take(" ")
        else { return nil }
        var reading = Progress(source: Self.source)
        if cursor.take("(") {
            guard let done = cursor.takeWhole(), cursor.take(exactly: " of "),
                let total = cursor.takeWhole(), cursor.take(")")
            else { return nil }
            reading.done = done.value
            reading.total = total.value
        } else {
            guard cursor.take(exactly: "of ") else { return nil }
            cursor.takeBlanks()
            guard cursor.takeSize() != nil else { return nil }
            reading.fraction = percentage.hundredth
        }
        guard cursor.take(exactly: " |"), cursor.skip(past: "| Elapsed Time: "),
            cursor.takeClock() != nil
        else { return nil }
        if cursor.take(exactly: " ETA: ") {
            cursor.takeBlanks()
            reading.etaSeconds = cursor.takeClock()
        }
        return .progress(reading)
    }

    /// `/ |    #        | 4 Elapsed Time: 0:00:00`
    private func unknown(_ cursor: inout ByteCursor) -> Finding? {
        cursor.position += 1
        guard cursor.take(exactly: " |"), cursor.skip(past: "| "),
            let done = cursor.takeWhole(), cursor.take(exactly: " Elapsed Time: "),
            cursor.takeClock() != nil
        else { return nil }
        return .progress(Progress(done: done.value, source: Self.source))
    }
}
