/// The text that stands beside a number, as message and unit.
enum NumberText {
    /// The message in the text after a number: without the punctuation that
    /// separates the two, and nil when it only says "complete".
    static func message(after bytes: UnsafeRawBufferPointer) -> String? {
        let text = trimmed(bytes)
        guard !text.isEmpty else { return nil }
        var cursor = ByteCursor(text)
        let word = cursor.takeLetters()
        if Vocabulary.completion.contains(word), isPunctuation(cursor.rest) {
            return nil
        }
        // What is left of a drawn bar says nothing.
        guard text.contains(where: { Byte.isLetter($0) || Byte.isDigit($0) || $0 >= 0x80 }) else {
            return nil
        }
        return MessageText.text(text)
    }

    /// The message in the text before a number: `Copying files:` is
    /// `Copying files`.
    static func message(before bytes: UnsafeRawBufferPointer) -> String? {
        var end = bytes.count
        while end > 0, isSeparator(bytes[end - 1]) || isOpening(bytes[end - 1]) { end -= 1 }
        return MessageText.text(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    }

    /// The unit that the text after `3/10` begins with, if it is a usual one.
    static func unit(after bytes: UnsafeRawBufferPointer) -> String? {
        var cursor = ByteCursor(trimmed(bytes))
        let word = cursor.takeLetters()
        guard Vocabulary.units.contains(word) else { return nil }
        return String(decoding: word.map(Byte.lowercase), as: UTF8.self)
    }

    /// The first word of the text after a number.
    static func firstWord(of bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var cursor = ByteCursor(trimmed(bytes))
        return cursor.takeLetters()
    }

    /// Whether the text after a number is an absolute path.
    static func startsPath(after bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(bytes)
        cursor.takeBlanks()
        return cursor.next == Byte.of("/")
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        while start < bytes.count, isSeparator(bytes[start]) { start += 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start...])
    }

    private static func isPunctuation(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.allSatisfy { isSeparator($0) || $0 == Byte.of("!") || $0 == Byte.of(")") }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.space, Byte.tab, Byte.of(":"), Byte.of("-"), Byte.of(","), Byte.of(";"),
            Byte.of("|"), Byte.of("."), Byte.of("="):
            true
        default: false
        }
    }

    private static func isOpening(_ byte: UInt8) -> Bool {
        byte == Byte.of("(") || byte == Byte.of("[") || byte == Byte.of("<")
    }
}
