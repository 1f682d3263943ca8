import JobModel

/// alive-progress, the Python library, with its default settings:
///
///     Reading |████████                                | ▃▅▇ 4/20 [20%] in 1s (~2s, 8.0/s) page 3
///     |█████████████▍                          | ▄▆█ 2.9MiB/8.6MiB [33%] in 1s (~2s, 4.1MiB/s)
///     |  ▶▶▶▶▶▶▶▶▶▶▶▶▶▶                        | ▃▅▇ 6 in 1s (12.0/s)
///     |████████████████████████████████⚠︎       | (!) 80% in 1.8s (0.46%/s)
///
/// From alive_progress/core/progress.py and its widgets. The time after `~` is
/// what is left. The rate is given by the second, minute, hour or day.
struct AliveProgressForm: LineForm {
    static let source = ProgressSource(rawValue: "alive-progress")

    let triggers = LineTriggers(first: "|", last: ")", percent: true)

    mutating func read(_ line: Line) -> Finding? {
        guard line.bytes.contains(Byte.of("|")) else { return nil }
        var cursor = line.cursor
        // ` in 1s (` is what no other line with a bar has.
        var end = 0
        repeat {
            guard cursor.skip(past: " in ") else { return nil }
            end = cursor.position - 4
        } while !Self.takeElapsed(&cursor)
        var reading = Progress(source: Self.source)
        if cursor.take("~") {
            reading.etaSeconds = cursor.takeClock() ?? cursor.takeSpan()
            guard reading.etaSeconds != nil, cursor.take(exactly: ", ") else { return nil }
        } else if cursor.take("-") {
            guard cursor.take(exactly: ", ") else { return nil }
        }
        guard let rate = Self.takeRate(&cursor) else { return nil }
        cursor.takeBlanks()
        let text = cursor.rest
        guard let bar = line.bytes[..<end].lastIndex(of: Byte.of("|")),
            let opening = line.bytes[..<bar].firstIndex(of: Byte.of("|")),
            Self.takeCounts(ByteCursor(line.bytes, at: bar + 1), end, into: &reading)
        else { return nil }
        if reading.done != nil, rate > 0 { reading.rate = rate } else { reading.etaSeconds = nil }
        if reading.total == nil { reading.etaSeconds = nil }
        reading.message =
            MessageText.text(text)
            ?? MessageText.text(line.cursor.bytes(upTo: opening))
        return .progress(reading)
    }

    private static func takeElapsed(_ cursor: inout ByteCursor) -> Bool {
        guard cursor.takeClock() ?? cursor.takeSpan() != nil else { return false }
        return cursor.take(exactly: " (")
    }

    /// `4/20 [20%]`, `80%`, `6`, up to `end`.
    private static func takeCounts(
        _ start: ByteCursor, _ end: Int, into reading: inout Progress
    ) -> Bool {
        var cursor = ByteCursor(start.bytes, at: start.position)
        while cursor.next >= 0x80 || Byte.isBlank(cursor.next) { cursor.position += 1 }
        if cursor.take(exactly: "(!)") { cursor.takeBlanks() }
        let first = cursor.position
        if let number = cursor.takeDecimal(), cursor.take("%") {
            reading.fraction = number.hundredth
            return cursor.position == end
        }
        cursor.position = first
        guard let done = takeAmount(&cursor) else { return false }
        reading.done = done.value
        reading.unit = done.isSize ? "bytes" : nil
        if cursor.take("/") {
            guard let total = takeAmount(&cursor), cursor.take(exactly: " ["),
                let percentage = cursor.takeWhole(), cursor.take(exactly: "%]")
            else { return false }
            reading.total = total.value
            if done.isSize { reading.fraction = min(percentage.hundredth, 1) }
        }
        return cursor.position == end
    }

    private static func takeAmount(
        _ cursor: inout ByteCursor
    ) -> (value: Double, isSize: Bool)? {
        guard let value = cursor.takeSize() else { return nil }
        return (value, cursor.peek(-1) == Byte.of("B"))
    }

    /// `8.0/s)`, `4.1MiB/s)`, `0.46%/s)`
    private static func takeRate(_ cursor: inout ByteCursor) -> Double? {
        guard let value = cursor.takeSize() else { return nil }
        _ = cursor.take("%")
        guard cursor.take("/") else { return nil }
        let seconds: Double
        switch cursor.next {
        case Byte.of("s"): seconds = 1
        case Byte.of("m"): seconds = 60
        case Byte.of("h"): seconds = 3600
        case Byte.of("d"): seconds = 86_400
        default: return nil
        }
        cursor.position += 1
        return cursor.take(")") ? value / seconds : nil
    }
}
