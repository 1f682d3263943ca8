/// Reads JSON (RFC 8259) from bytes, strictly and in time proportional to their
/// number, whatever they are: they come from anybody.
struct JSONParser {
    /// The bytes are not one JSON value, or it is nested too deeply, or one of its
    /// objects says something twice.
    struct SyntaxError: Error {
        /// The member that is there twice in one object, if that is what is wrong:
        /// what such an object means is not said (RFC 8259 §4), so two programs
        /// could understand it in two ways.
        var duplicate: String?
    }

    /// Deeper than any request; each level is a call.
    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var index = 0

    /// The value that these bytes, which must be UTF-8, are.
    static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.next == nil else { throw SyntaxError() }
        return value
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            index += 1
        }
    }

    /// Takes the byte if it is the next one.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ text: StaticString) throws(SyntaxError) {
        for byte in UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount) {
            guard next == byte else { throw SyntaxError() }
            index += 1
        }
    }

    private mutating func value(depth: Int) throws(SyntaxError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw SyntaxError() }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    private mutating func members(depth: Int) throws(SyntaxError) -> [String: JSONValue] {
        index += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if take("}") { return members }
        while true {
            skipSpace()
            let name = try string()
            skipSpace()
            guard take(":") else { throw SyntaxError() }
            // Names that differ in bytes only may be one to Swift: these too are
            // refused, for one of the values would be lost.
            guard members.updateValue(try value(depth: depth), forKey: name) == nil else {
                throw SyntaxError(duplicate: name)
            }
            skipSpace()
            if take("}") { return members }
            guard take(",") else { throw SyntaxError() }
        }
    }

    private mutating func elements(depth: Int) throws(SyntaxError) -> [JSONValue] {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { throw SyntaxError() }
        }
    }

    // MARK: Texts

    private mutating func string() throws(SyntaxError) -> String {
        guard take("\"") else { throw SyntaxError() }
        var text: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): text += UTF8.encode(try escaped()) ?? .init()
            case 0..<0x20: throw SyntaxError()
            default: text.append(byte)
            }
        }
        throw SyntaxError()
    }

    private mutating func escaped() throws(SyntaxError) -> Unicode.Scalar {
        guard let byte = next else { throw SyntaxError() }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw SyntaxError()
        }
        let unit = try hexadecimal()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // The first half of a pair (RFC 8259 §7); the second must follow.
        guard unit < 0xdc00, take("\\"), take("u") else { throw SyntaxError() }
        let low = try hexadecimal()
        guard (0xdc00...0xdfff).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw SyntaxError() }
        return scalar
    }

    private mutating func hexadecimal() throws(SyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw SyntaxError()
            }
            index += 1
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }

    // MARK: Numbers

    /// A number that is whole and fits becomes an integer, however it is written.
    private mutating func number() throws(SyntaxError) -> JSONValue {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text) else { throw SyntaxError() }
        return Int64(exactly: number).map { .integer($0) } ?? .number(number)
    }

    private mutating func digits() throws(SyntaxError) {
        let start = index
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw SyntaxError() }
    }
}
