/// Steps through JSON text (RFC 8259) value by value, without building a tree.
struct JSONScanner {
    /// A value, as far as a progress line cares.
    enum Value {
        /// A number; infinite when it is too large for a `Double`.
        case number(Double)
        case string(String)
        /// `true`, `false`, `null`, an array or an object.
        case other
    }

    private var cursor: ByteCursor

    init(_ bytes: UnsafeRawBufferPointer) {
        cursor = ByteCursor(bytes)
        skipBlanks()
    }

    /// Whether only blanks are left.
    var isAtEnd: Bool { cursor.isAtEnd }

    /// Steps over a structural character, and blanks after it, if it is next.
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard cursor.take(scalar) else { return false }
        skipBlanks()
        return true
    }

    /// The next value, and blanks after it; nil when it is not JSON or nested
    /// deeper than `depthLeft`.
    mutating func value(depthLeft: Int) -> Value? {
        switch cursor.next {
        case Byte.of("\""):
            return string().map(Value.string)
        case Byte.of("{"):
            return skipObject(depthLeft: depthLeft) ? .other : nil
        case Byte.of("["):
            return skipArray(depthLeft: depthLeft) ? .other : nil
        case Byte.of("t"):
            return takeWord("true") ? .other : nil
        case Byte.of("f"):
            return takeWord("false") ? .other : nil
        case Byte.of("n"):
            return takeWord("null") ? .other : nil
        default:
            return number().map(Value.number)
        }
    }

    /// The next string, unescaped, and blanks after it; nil when there is none.
    /// Bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD.
    mutating func string() -> String? {
        guard cursor.take("\"") else { return nil }
        let start = cursor.position
        while !cursor.isAtEnd, cursor.next != Byte.of("\""), cursor.next != Byte.of("\\") {
            // A tab is not allowed either, but many write it unescaped.
            guard cursor.next >= 0x20 || cursor.next == Byte.tab else { return nil }
            cursor.position += 1
        }
        let plain = cursor.taken(since: start)
        if cursor.take("\"") {
            skipBlanks()
            return String(decoding: plain, as: UTF8.self)
        }
        var bytes = Array(plain)
        while !cursor.isAtEnd {
            let byte = cursor.next
            cursor.position += 1
            switch byte {
            case Byte.of("\""):
                skipBlanks()
                return String(decoding: bytes, as: UTF8.self)
            case Byte.of("\\"):
                guard unescape(into: &bytes) else { return nil }
            default:
                guard byte >= 0x20 || byte == Byte.tab else { return nil }
                bytes.append(byte)
            }
        }
        return nil
    }

    /// Reads what follows a backslash.
    private mutating func unescape(into bytes: inout [UInt8]) -> Bool {
        let byte = cursor.next
        cursor.position += 1
        switch byte {
        case Byte.of("\""), Byte.of("\\"), Byte.of("/"): bytes.append(byte)
        case Byte.of("b"): bytes.append(Byte.backspace)
        case Byte.of("f"): bytes.append(0x0C)
        case Byte.of("n"): bytes.append(Byte.newline)
        case Byte.of("r"): bytes.append(Byte.carriageReturn)
        case Byte.of("t"): bytes.append(Byte.tab)
        case Byte.of("u"):
            guard var code = hexadecimal() else { return false }
            if (0xD800...0xDBFF).contains(code) {
                let ahead = cursor
                if cursor.take("\\"), cursor.take("u"), let low = hexadecimal(),
                    (0xDC00...0xDFFF).contains(low)
                {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    cursor = ahead
                }
            }
            let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default:
            return false
        }
        return true
    }

    /// Four hexadecimal digits.
    private mutating func hexadecimal() -> UInt32? {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = Byte.lowercase(cursor.next)
            switch byte {
            case 0x30...0x39: code = code << 4 | UInt32(byte - 0x30)
            case 0x61...0x66: code = code << 4 | UInt32(byte - 0x61 + 10)
            default: return nil
            }
            cursor.position += 1
        }
        return code
    }

    /// A number in JSON's own grammar: no `+`, no `NaN`, no leading zeros.
    private mutating func number() -> Double? {
        let start = cursor.position
        _ = cursor.take("-")
        if !cursor.take("0") {
            guard takeDigits() else { return nil }
        }
        if cursor.take(".") {
            guard takeDigits() else { return nil }
        }
        if cursor.take("e") || cursor.take("E") {
            if !cursor.take("+") { _ = cursor.take("-") }
            guard takeDigits() else { return nil }
        }
        let text = String(decoding: cursor.taken(since: start), as: UTF8.self)
        guard let number = Double(text) else { return nil }
        skipBlanks()
        return number
    }

    private mutating func takeDigits() -> Bool {
        guard Byte.isDigit(cursor.next) else { return false }
        while Byte.isDigit(cursor.next) { cursor.position += 1 }
        return true
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount
        where cursor.peek(index) != word.utf8Start[index] {
            return false
        }
        cursor.position += word.utf8CodeUnitCount
        skipBlanks()
        return true
    }

    private mutating func skipObject(depthLeft: Int) -> Bool {
        guard depthLeft > 0, take("{") else { return false }
        if take("}") { return true }
        repeat {
            guard string() != nil, take(":"), value(depthLeft: depthLeft - 1) != nil else {
                return false
            }
        } while take(",")
        return take("}")
    }

    private mutating func skipArray(depthLeft: Int) -> Bool {
        guard depthLeft > 0, take("[") else { return false }
        if take("]") { return true }
        repeat {
            guard value(depthLeft: depthLeft - 1) != nil else { return false }
        } while take(",")
        return take("]")
    }

    private mutating func skipBlanks() {
        while !cursor.isAtEnd,
            Byte.isBlank(cursor.next) || cursor.next == Byte.newline
                || cursor.next == Byte.carriageReturn
        {
            cursor.position += 1
        }
    }
}
