import JobModel

/// A counter printed by a program that is not in the catalogue.
///
/// Believed at once:
/// - one in brackets at the start of a line: `[3/10] compiling`, `(3/10) a.txt`,
///   `[3 of 10]`;
/// - one at the start of a line that is drawn over another.
///
/// Believed once a line with the same total, and the same words before it, has
/// shown a lower number:
/// - one at the start of a line: `3/10`, `3/10 files`, `3 of 10`, `3 out of 10`;
/// - one after a word for steps: `Step 3/10`, `Processing 3 of 10`;
///
/// and once a line has shown the number just below it:
/// - one in brackets at the end of a line: `Copying a.txt (3/10)`, if both lines
///   begin with the same word; otherwise (`a.txt (3/10)`) at the third number.
///
/// Never: a number above its total or a total of zero; three numbers
/// (`11/22/2026`), decimals, versions; a result, a quantity or part of a
/// sentence (`3/10 passed`, `1/2 cup`, `3 of 10 were late`); one at the start of
/// a line, up to 31, once one had a leading zero, as dates have (`03/11`);
/// anywhere else. So `11/22` alone, a date, is not believed.
struct CounterForm: LineForm {
    let triggers = LineTriggers(
        first: "0123456789", afterDigits: "/ \t", isBracketed: true, prefixes: Vocabulary.stepWords,
        last: ")]")
    private var shapes = RisingShapes()
    /// Whether lines begin with dates, as `03/11` shows.
    private var seesDates = false

    /// Two numbers, the first at most the second.
    private struct Counter {
        var done: Decimal
        var total: Decimal
    }

    mutating func read(_ line: Line) -> Finding? {
        counter(line).map { .progress($0) }
    }

    private mutating func counter(_ line: Line) -> Progress? {
        let first = line.cursor.next
        if Byte.isDigit(first) {
            if let reading = leading(line) { return reading }
        } else if Byte.isLetter(first) {
            if let reading = afterWord(line) { return reading }
        } else if let reading = bracketed(line) {
            return reading
        }
        return trailing(line)
    }

    private static func reading(
        _ counter: Counter, message: String?, unit: String? = nil
    ) -> Progress {
        Progress(
            done: counter.done.value, total: counter.total.value, unit: unit, message: message,
            source: .counter)
    }

    /// The counter at the cursor. `isWhole` is whether the line's end ends a
    /// number too.
    private static func takeCounter(_ cursor: inout ByteCursor, isWhole: Bool) -> Counter? {
        guard let done = cursor.takeWhole() else { return nil }
        let blanks = cursor.takeBlanks()
        if cursor.take("/") {
            cursor.takeBlanks()
        } else {
            guard blanks > 0 else { return nil }
            if cursor.take(text: "out"), cursor.takeBlanks() == 0 { return nil }
            guard cursor.take(text: "of"), cursor.takeBlanks() > 0 else { return nil }
        }
        // No total is printed as `05`; a date is.
        if cursor.next == Byte.of("0") { return nil }
        guard let total = cursor.takeWhole(), total.digits > 0, done.digits <= total.digits,
            isWhole || !cursor.isAtEnd
        else { return nil }
        return Counter(done: done, total: total)
    }

    /// `[3/10] …`, `(3/10) …`
    private func bracketed(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard let closing = Self.takeOpening(&cursor) else { return nil }
        cursor.takeBlanks()
        guard let counter = Self.takeCounter(&cursor, isWhole: true) else { return nil }
        cursor.takeBlanks()
        guard cursor.take(closing), !Self.isResult(after: cursor.rest) else { return nil }
        return Self.reading(counter, message: NumberText.message(after: cursor.rest))
    }

    /// `3/10 …`, `3 of 10 …`
    private mutating func leading(_ line: Line) -> Progress? {
        var cursor = line.cursor
        let isPadded = cursor.next == Byte.of("0") && Byte.isDigit(cursor.peek(1))
        guard let counter = Self.takeCounter(&cursor, isWhole: line.isWhole),
            Self.endsCounter(cursor), !Self.isResult(after: cursor.rest)
        else { return nil }
        // No month has more days.
        if counter.total.digits <= 31 {
            seesDates = seesDates || isPadded
            guard !seesDates else { return nil }
        }
        if !line.isRedrawn {
            var shape = ShapeHash()
            shape.add(counter.total.digits)
            guard
                shapes.believes(
                    shape.value, value: counter.done.value, at: line.at,
                    evidence: .init(rule: .greater))
            else { return nil }
        }
        return Self.reading(
            counter, message: NumberText.message(after: cursor.rest),
            unit: NumberText.unit(after: cursor.rest))
    }

    /// `Step 3/10 …`
    private mutating func afterWord(_ line: Line) -> Progress? {
        var cursor = line.cursor
        let word = cursor.takeLetters()
        guard !word.isEmpty else { return nil }
        _ = cursor.take(":")
        guard cursor.takeBlanks() > 0 else { return nil }
        _ = cursor.take("#")
        let isBracketed = Self.takeOpening(&cursor) != nil
        guard Byte.isDigit(cursor.next), Vocabulary.steps.contains(word),
            let counter = Self.takeCounter(&cursor, isWhole: line.isWhole)
        else { return nil }
        if isBracketed {
            guard cursor.take("]") || cursor.take(")") else { return nil }
        }
        guard Self.endsCounter(cursor), !Self.isResult(after: cursor.rest) else { return nil }
        if !line.isRedrawn {
            var shape = ShapeHash()
            for byte in word { shape.add(Byte.lowercase(byte)) }
            shape.add(counter.total.digits)
            guard
                shapes.believes(
                    shape.value, value: counter.done.value, at: line.at,
                    evidence: .init(rule: .greater))
            else { return nil }
        }
        let name =
            Vocabulary.plainSteps.contains(word)
            ? nil : MessageText.text(word)
        return Self.reading(
            counter, message: NumberText.message(after: cursor.rest) ?? name,
            unit: NumberText.unit(after: cursor.rest))
    }

    /// `… (3/10)`
    private mutating func trailing(_ line: Line) -> Progress? {
        let bytes = line.bytes
        guard let end = bytes.last, end == Byte.of(")") || end == Byte.of("]"),
            let start = bytes.lastIndex(where: { $0 == Byte.of("(") || $0 == Byte.of("[") }),
            start > line.indent, Byte.isBlank(bytes[start - 1])
        else { return nil }
        var cursor = ByteCursor(bytes, at: start)
        guard let closing = Self.takeOpening(&cursor) else { return nil }
        cursor.takeBlanks()
        guard let counter = Self.takeCounter(&cursor, isWhole: true) else { return nil }
        cursor.takeBlanks()
        guard cursor.take(closing), cursor.isAtEnd else { return nil }
        var shape = ShapeHash()
        shape.add(end)
        shape.add(counter.total.digits)
        let before = UnsafeRawBufferPointer(rebasing: bytes[line.indent..<start])
        var words = ByteCursor(before)
        var named = shape
        for byte in words.takeLetters() { named.add(Byte.lowercase(byte)) }
        // Both must see the line.
        let isSuccessor = shapes.believes(
            named.value, value: counter.done.value, at: line.at,
            evidence: .init(rule: .successor, times: words.position > 0 ? 1 : 2))
        let isThird = shapes.believes(
            shape.value, value: counter.done.value, at: line.at,
            evidence: .init(rule: .successor, times: 2))
        guard isSuccessor || isThird else { return nil }
        return Self.reading(counter, message: NumberText.message(before: before))
    }

    private static func takeOpening(_ cursor: inout ByteCursor) -> Unicode.Scalar? {
        if cursor.take("[") { return "]" }
        if cursor.take("(") { return ")" }
        return nil
    }

    private static func isResult(after text: UnsafeRawBufferPointer) -> Bool {
        Vocabulary.results.contains(NumberText.firstWord(of: text))
    }

    /// Whether the counter is not the beginning of a date, version or path.
    private static func endsCounter(_ cursor: ByteCursor) -> Bool {
        switch cursor.next {
        case Byte.of("."), Byte.of(","): !Byte.isDigit(cursor.peek(1))
        case Byte.of(":"), Byte.of(";"), Byte.of(")"), Byte.of("]"), Byte.of("|"):
            !Byte.isDigit(cursor.peek(1))
        case let byte: cursor.isAtEnd || Byte.isBlank(byte)
        }
    }
}
