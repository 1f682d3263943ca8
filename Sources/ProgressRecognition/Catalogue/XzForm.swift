import JobModel

/// xz(1) with `-v`: on a terminal; elsewhere only when it gets SIGALRM.
///
///     f1.txt (1/2)
///      79.2 %           0.0 MiB / 2.6 MiB = 0.014   322 KiB/s       0:08          2 s
///       --- %           0.0 MiB / 2.6 MiB = 0.015   323 KiB/s       0:08
///
/// Percentage, compressed size, uncompressed size, ratio, speed, time passed,
/// time left. The sizes are what has been read and written so far, so neither is
/// the total; counted is the uncompressed one, in powers of 1024, as is the
/// speed (message.c, message_progress_update()). Fraction and counts are of the
/// file in the line before, which is the message.
struct XzForm: LineForm {
    static let source = ProgressSource(rawValue: "xz")

    let triggers = LineTriggers(last: ")", percent: true)
    private var file: [UInt8] = []

    mutating func read(_ line: Line) -> Finding? {
        if line.bytes[line.bytes.count - 1] == Byte.of(")") {
            noteFile(line)
            return nil
        }
        var cursor = line.cursor
        var percentage: Decimal?
        if !cursor.take(text: "--- %") {
            percentage = cursor.takeDecimal()
            guard let percentage, percentage.hundredth <= 1, cursor.take(text: " %") else {
                return nil
            }
        }
        guard cursor.takeBlanks() > 3, Self.takeSize(&cursor) != nil, cursor.take(text: " / "),
            let size = Self.takeSize(&cursor), cursor.take(text: " = ")
        else { return nil }
        // A ratio above 9.999 is shown as `> 9.999`.
        _ = cursor.take(text: "> ")
        guard cursor.takeDecimal() != nil else { return nil }
        cursor.takeBlanks()
        var rate: Double?
        let afterRatio = cursor
        if let speed = Self.takeSize(&cursor), cursor.take(text: "/s") {
            rate = speed > 0 ? speed : nil
            cursor.takeBlanks()
        } else {
            cursor = afterRatio
        }
        _ = cursor.takeClock()
        cursor.takeBlanks()
        return .progress(
            Progress(
                fraction: percentage?.hundredth, done: size, unit: "bytes",
                message: file.withUnsafeBytes { MessageText.text($0) }, rate: rate,
                etaSeconds: Self.timeLeft(cursor), source: Self.source))
    }

    /// `6043.8 KiB`, or `6,043.8 KiB` where thousands are grouped.
    private static func takeSize(_ cursor: inout ByteCursor) -> Double? {
        guard var number = cursor.takeGrouped() else { return nil }
        if cursor.next == Byte.of("."), Byte.isDigit(cursor.peek(1)) {
            number += Double(cursor.peek(1) - Byte.of("0")) / 10
            cursor.position += 2
        }
        if cursor.take(text: " b") { return number }
        if cursor.take(text: " kib") { return number * 1024 }
        if cursor.take(text: " mib") { return number * 1024 * 1024 }
        if cursor.take(text: " gib") { return number * 1024 * 1024 * 1024 }
        return cursor.take(text: " tib") ? number * 1024 * 1024 * 1024 * 1024 : nil
    }

    /// `7 s`, `1 min 20 s`, `2 h 10 min`, `3 d 2 h`; nil when none is shown.
    private static func timeLeft(_ start: ByteCursor) -> Double? {
        var cursor = start
        var seconds: Double?
        while let number = cursor.takeWhole(), cursor.take(" ") {
            let unit: Double
            if cursor.take(text: "min") {
                unit = 60
            } else if cursor.take("s") {
                unit = 1
            } else if cursor.take("h") {
                unit = 3600
            } else if cursor.take("d") {
                unit = 86_400
            } else {
                return nil
            }
            seconds = (seconds ?? 0) + number.value * unit
            cursor.takeBlanks()
        }
        return seconds
    }

    /// Keeps `name (1/2)`: a line like it is xz's only if its numbers follow.
    private mutating func noteFile(_ line: Line) {
        let bytes = line.bytes
        guard bytes.count - line.indent <= MessageText.limit,
            let opening = bytes.lastIndex(of: Byte.of("(")), opening > line.indent + 1
        else { return }
        var cursor = ByteCursor(bytes, at: opening - 1)
        guard cursor.take(text: " ("), cursor.takeWhole() != nil else { return }
        if cursor.take("/") { guard cursor.takeWhole() != nil else { return } }
        guard cursor.take(")"), cursor.isAtEnd else { return }
        file.removeAll(keepingCapacity: true)
        file.append(contentsOf: bytes[line.indent...])
    }
}
