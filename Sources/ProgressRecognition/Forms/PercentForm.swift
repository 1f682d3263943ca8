import JobModel

/// A percentage printed by a program that is not in the catalogue.
///
/// A number with a `%` is far more often a measurement than progress, so where
/// it stands decides. Believed at once:
/// - a line that is nothing else: `42%`, `42.5 %`; bracketed too: `[ 42%]`;
/// - a line that begins with it at the left edge and goes on with a word or two
///   (`42% a.txt`) or with what is being done (`42% copying a.txt to b`), as
///   the lines of a paragraph do not; anywhere if `complete`, `completed`,
///   `done` or `finished` follows;
/// - a bracketed one before text: `[ 42%] Building`, `(42%) a.txt`;
/// - one after a drawn bar: `[####    ] 42%`, `#######   42.5%`;
/// - one after the word itself: `Progress: 42%`, `completed 42%`.
///
/// Believed once a line of the same shape has shown a lower number at an
/// earlier time (a table is printed all at once):
/// - one at the start of a line before the same text: `   42%  a.txt`; at the
///   left edge also before another text, if it has risen three times in
///   succession;
/// - one after what is being done: `Copying files: 42%`, or before `complete`:
///   `backup is 42% complete`;
/// - one anywhere in a line that is drawn over another.
///
/// Never: above 100; with a comma before more than one decimal (`1,10%` is two
/// fields); two percentages in a line, unless it begins with one and
/// is redrawn; beside a word that says what is measured (`42% of`,
/// `coverage: 87%`, `93% full`, `100% tests passed`); one in a table: before a
/// separator (`42%,a`), a bound (`42% <= 3 ms`), only numbers, an absolute path
/// or a directory (`df`, `git diff --dirstat`); anywhere else.
struct PercentForm: LineForm {
    let triggers = LineTriggers(percent: true)
    private var shapes = RisingShapes()
    /// Of lines that begin with the number.
    private var leadingShapes = RisingShapes()
    private var believesLeading = false

    private enum Belief {
        case atOnce
        case onceRising(shape: UInt64)
        case leadingOnceRising(shape: UInt64, isAtEdge: Bool)
    }

    /// A percentage and what stands beside it: a message is made of that only
    /// when it is believed, so that lines which are not cost no allocation.
    private struct Candidate {
        var number: Decimal
        var after = UnsafeRawBufferPointer(start: nil, count: 0)
        var before = UnsafeRawBufferPointer(start: nil, count: 0)
        var belief: Belief

        var message: String? {
            NumberText.message(after: after) ?? NumberText.message(before: before)
        }
    }

    mutating func read(_ line: Line) -> Finding? {
        guard
            let found = Self.bracketed(line) ?? Self.leading(line) ?? Self.afterBar(line)
                ?? Self.inside(line)
        else { return nil }
        let fraction = found.number.hundredth
        switch found.belief {
        case .atOnce: break
        case .onceRising(let shape):
            guard
                shapes.believes(
                    shape, value: fraction, at: line.at, evidence: .init(rule: .later))
            else { return nil }
        case .leadingOnceRising(let shape, let isAtEdge):
            guard leads(shape, isAtEdge: isAtEdge, value: fraction, at: line.at) else {
                return nil
            }
        }
        return .progress(
            Progress(fraction: fraction, message: found.message, source: .percent))
    }

    /// Whether lines that begin with a percentage are believed by now.
    private mutating func leads(
        _ shape: UInt64, isAtEdge: Bool, value: Double, at: Timestamp
    ) -> Bool {
        guard !believesLeading else { return true }
        believesLeading = leadingShapes.believes(
            shape, value: value, at: at, evidence: .init(rule: .later))
        if isAtEdge {
            // Whatever the text.
            let risesOften = leadingShapes.believes(
                0, value: value, at: at, evidence: .init(rule: .later, times: 3))
            believesLeading = believesLeading || risesOften
        }
        return believesLeading
    }

    /// The number and `%` at the cursor, at most 100.
    private static func takePercentage(_ cursor: inout ByteCursor) -> Decimal? {
        let start = cursor.position
        guard let number = cursor.takeDecimal(commaToo: true), number.hundredth <= 1,
            number.scale < 2 || !cursor.taken(since: start).contains(Byte.of(","))
        else { return nil }
        if Byte.isBlank(cursor.next) { cursor.position += 1 }
        return cursor.take("%") ? number : nil
    }

    /// `[ 42%]`, `(42%)`, with or without text after it.
    private static func bracketed(_ line: Line) -> Candidate? {
        var cursor = line.cursor
        let closing: Unicode.Scalar
        if cursor.take("[") {
            closing = "]"
        } else if cursor.take("(") {
            closing = ")"
        } else {
            return nil
        }
        cursor.takeBlanks()
        guard let number = takePercentage(&cursor) else { return nil }
        cursor.takeBlanks()
        guard cursor.take(closing), endsWord(cursor.next), !isMeasure(after: cursor.rest) else {
            return nil
        }
        return Candidate(number: number, after: cursor.rest, belief: .atOnce)
    }

    /// `42%`, `42% …`.
    private static func leading(_ line: Line) -> Candidate? {
        var cursor = line.cursor
        guard let number = takePercentage(&cursor), endsWord(cursor.next) else { return nil }
        let text = cursor.rest
        guard !text.isEmpty else { return Candidate(number: number, belief: .atOnce) }
        if isCompletion(after: text) {
            return Candidate(number: number, after: text, belief: .atOnce)
        }
        guard !isMeasure(after: text), line.isRedrawn || !text.contains(Byte.percent),
            !isCell(before: text)
        else { return nil }
        let isTabulated = line.indent > 0 || cursor.next == Byte.tab || cursor.takeBlanks() > 1
        let isPlain = isBrief(text) || isGerund(NumberText.firstWord(of: text))
        guard !isColumn(text) || line.isRedrawn else { return nil }
        if line.isRedrawn || !isTabulated && isPlain {
            return Candidate(number: number, after: text, belief: .atOnce)
        }
        var shape = ShapeHash()
        shape.addShape(of: text)
        return Candidate(
            number: number, after: text,
            belief: .leadingOnceRising(shape: shape.value, isAtEdge: !isTabulated))
    }

    /// Whether the text is a word or two and no end of a sentence.
    private static func isBrief(_ text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        var words = 0
        while !cursor.isAtEnd {
            cursor.takeBlanks()
            words += 1
            guard words <= 2 else { return false }
            while !cursor.isAtEnd, !Byte.isBlank(cursor.next) { cursor.position += 1 }
        }
        return text.last != Byte.of(".")
    }

    /// Whether the text right after a percentage shows it to be a cell of a
    /// table or the end of something in brackets: `42%,a`, `42%]`, `42% <= 3`.
    private static func isCell(before text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        switch cursor.next {
        case Byte.of(","), Byte.of(";"): return !Byte.isBlank(cursor.peek(1))
        case Byte.of("]"), Byte.of(")"): return true
        default: break
        }
        cursor.takeBlanks()
        return (cursor.next == Byte.of("<") || cursor.next == Byte.of(">"))
            && cursor.peek(1) == Byte.of("=")
    }

    /// Whether the text after a percentage is another column of a table: only
    /// numbers, an absolute path or a directory.
    private static func isColumn(_ text: UnsafeRawBufferPointer) -> Bool {
        NumberText.startsPath(after: text) || text.last == Byte.of("/")
            || !text.contains { Byte.isLetter($0) || $0 >= 0x80 }
    }

    /// `[####    ] 42%`, `|███   | 42%`, `#####     42.5%`.
    private static func afterBar(_ line: Line) -> Candidate? {
        var cursor = line.cursor
        let opening = cursor.next
        var inked = 0
        while !cursor.isAtEnd, !Byte.isDigit(cursor.next), !Byte.isLetter(cursor.next) {
            if cursor.next >= 0x80 || isInk(cursor.next) { inked += 1 }
            cursor.position += 1
        }
        let isFramed = opening == Byte.of("[") || opening == Byte.of("|")
        guard cursor.position - line.indent >= 3, isFramed || inked >= 1,
            line.isRedrawn || isFramed || inked >= 3
        else { return nil }
        guard let number = takePercentage(&cursor), endsWord(cursor.next) else { return nil }
        let text = cursor.rest
        guard !text.contains(Byte.percent), !isMeasure(after: text) else { return nil }
        return Candidate(number: number, after: text, belief: .atOnce)
    }

    /// `Progress: 42%`, `Copying files: 42%`, `backup is 42% complete`.
    private static func inside(_ line: Line) -> Candidate? {
        let bytes = line.bytes
        guard let sign = bytes.firstIndex(of: Byte.percent) else { return nil }
        var start = sign
        while start > line.indent, isNumeric(bytes[start - 1]) || bytes[start - 1] == Byte.space {
            start -= 1
        }
        while start < sign, !Byte.isDigit(bytes[start]) { start += 1 }
        var cursor = ByteCursor(bytes, at: start)
        guard start > line.indent, startsWord(after: bytes[start - 1]),
            let number = takePercentage(&cursor), cursor.position == sign + 1,
            endsWord(cursor.next)
        else { return nil }
        let before = UnsafeRawBufferPointer(rebasing: bytes[line.indent..<start])
        let after = cursor.rest
        var words = ByteCursor(before)
        let first = words.takeLetters()
        let completes = isCompletion(after: after)
        let isNamed = Vocabulary.progressWords.contains(first) && onlyPunctuation(words.rest)
        // What most lines with a percentage fail at comes first.
        guard
            isNamed || completes || isGerund(first)
                // A line of `df` ends so.
                || (line.isRedrawn && !NumberText.startsPath(after: after)),
            completes || !isMeasure(after: after), !after.contains(Byte.percent),
            !Vocabulary.measures.containsWord(of: before)
        else { return nil }
        if isNamed { return Candidate(number: number, after: after, belief: .atOnce) }
        var shape = ShapeHash()
        shape.addShape(of: before)
        return Candidate(
            number: number, after: after, before: before,
            belief: .onceRising(shape: shape.value))
    }

    // MARK: Neighbours

    private static func isMeasure(after text: UnsafeRawBufferPointer) -> Bool {
        Vocabulary.measures.contains(NumberText.firstWord(of: text))
    }

    private static func isCompletion(after text: UnsafeRawBufferPointer) -> Bool {
        let word = NumberText.firstWord(of: text)
        return word.count > 3 && word.count < 10 && Vocabulary.progressWords.contains(word)
    }

    /// Whether the word says what is being done, as `Copying` does.
    private static func isGerund(_ word: UnsafeRawBufferPointer) -> Bool {
        guard word.count > 4, !Vocabulary.noActivities.contains(word) else { return false }
        var ending = ByteCursor(word, at: word.count - 3)
        return ending.take(text: "ing")
    }

    private static func onlyPunctuation(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { !Byte.isLetter($0) && !Byte.isDigit($0) }
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        Byte.isDigit(byte) || byte == Byte.of(".") || byte == Byte.of(",")
    }

    /// Marks a bar is drawn with.
    private static func isInk(_ byte: UInt8) -> Bool {
        byte == Byte.of("#") || byte == Byte.of("=") || byte == Byte.of("*")
            || byte == Byte.of(">")
    }

    /// Whether a number may begin after `byte`: not in `v42%`, `/42%`, `-42%`.
    private static func startsWord(after byte: UInt8) -> Bool {
        switch byte {
        case Byte.space, Byte.tab, Byte.of(":"), Byte.of("="), Byte.of("["), Byte.of("("),
            Byte.of("|"):
            true
        default: byte >= 0x80
        }
    }

    /// Whether a percentage may end before `byte`: not in `42%20`, `%d%s`.
    private static func endsWord(_ byte: UInt8) -> Bool {
        !Byte.isLetter(byte) && !Byte.isDigit(byte) && byte != Byte.percent
            && byte != Byte.of("_") && byte != Byte.of("\"") && byte != Byte.of("'")
            && byte != Byte.of("/") && byte != Byte.of("\\")
    }
}
