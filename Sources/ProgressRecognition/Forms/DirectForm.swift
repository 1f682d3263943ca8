import JobModel

/// A line written to `$JOBD_PROGRESS`, by someone who means it:
///
/// | line | reading |
/// |---|---|
/// | `42`, `42.5` | a bare number is a percentage: `0.5` is half a percent |
/// | `42%`, `42% copying a.txt` | the percentage; the text is the message |
/// | `3/10`, `3 of 10`, `3/10 files copied` | the counter; the text is the message |
/// | `[3/10] …`, `[42%] …` | the same |
/// | `{"progress": 0.42, …}` | see `JSONForm`; any subset counts |
/// | any other text with a letter in it | the message alone: the numbers stay |
///
/// Above 100 % or above the total it counts as all of it. A total of zero says
/// nothing of how far it is. Anything else (negative numbers, punctuation, a
/// broken JSON line) is left out.
struct DirectForm: Sendable {
    private var json = JSONForm(source: .direct, takesMessages: true)

    /// The reading in `line`.
    mutating func read(_ line: Line) -> Progress? {
        var cursor = line.cursor
        if cursor.next == Byte.of("{") { return json.progress(in: line) }
        if let number = Self.readNumber(cursor) { return number }
        if let bracketed = Self.readBracketed(&cursor) { return bracketed }
        let text = line.cursor.rest
        guard text.contains(where: { Byte.isLetter($0) || $0 >= 0x80 }) else { return nil }
        return MessageText.text(text).map { Progress(message: $0, source: .direct) }
    }

    private static func readNumber(_ start: ByteCursor) -> Progress? {
        var cursor = start
        guard let first = cursor.takeDecimal() else { return nil }
        if cursor.isAtEnd { return percentage(first, message: nil) }
        let blanks = cursor.takeBlanks()
        if cursor.take("%") {
            guard !Byte.isLetter(cursor.next), !Byte.isDigit(cursor.next) else { return nil }
            return percentage(first, message: NumberText.message(after: cursor.rest))
        }
        if !cursor.take("/") {
            guard blanks > 0 else { return nil }
            if cursor.take(text: "out") { cursor.takeBlanks() }
            guard cursor.take(text: "of") else { return nil }
        }
        cursor.takeBlanks()
        guard let total = cursor.takeDecimal(), cursor.isAtEnd || endsCounter(cursor.next) else {
            return nil
        }
        return Progress(
            done: first.value, total: total.value, unit: NumberText.unit(after: cursor.rest),
            message: NumberText.message(after: cursor.rest), source: .direct)
    }

    /// `[3/10] …`, `[42%] …`
    private static func readBracketed(_ cursor: inout ByteCursor) -> Progress? {
        let start = cursor.position + 1
        guard cursor.take("[") else { return nil }
        while !cursor.isAtEnd, cursor.next != Byte.of("]") { cursor.position += 1 }
        var inside = ByteCursor(cursor.taken(since: start))
        inside.takeBlanks()
        guard cursor.take("]"), var reading = readNumber(inside) else { return nil }
        reading.message = NumberText.message(after: cursor.rest)
        return reading
    }

    private static func percentage(_ number: Decimal, message: String?) -> Progress {
        Progress(fraction: min(number.hundredth, 1), message: message, source: .direct)
    }

    private static func endsCounter(_ byte: UInt8) -> Bool {
        Byte.isBlank(byte) || byte == Byte.of(":") || byte == Byte.of(",")
            || byte == Byte.of(";") || byte == Byte.of("-")
    }
}
