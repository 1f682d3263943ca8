/// Reads UTF-8 byte by byte. What is not UTF-8 becomes U+FFFD, one for each
/// maximal part that could have been a character's beginning (Unicode 16 §3.9,
/// "U+FFFD Substitution of Maximal Subparts"), as WHATWG's decoder does it.
struct UTF8Decoder {
    /// What a byte meant.
    enum Step {
        /// The character goes on.
        case more
        /// It is complete.
        case scalar(UInt32)
        /// What came before is none; this byte belongs to what follows.
        case broken
    }

    /// What stands for bytes that are not UTF-8.
    static let replacement: UInt32 = 0xFFFD

    private var value: UInt32 = 0
    private var missing = 0
    /// What the next byte may be: overlong forms, surrogates and what is beyond
    /// Unicode are excluded by the second byte.
    private var allowed: ClosedRange<UInt8> = 0x80...0xBF

    /// Whether the next byte belongs to a character that has begun.
    var isActive: Bool { missing > 0 }

    /// Takes a byte, which is not ASCII unless a character has begun.
    mutating func take(_ byte: UInt8) -> Step {
        if missing > 0 {
            guard allowed.contains(byte) else {
                missing = 0
                return .broken
            }
            allowed = 0x80...0xBF
            value = value << 6 | UInt32(byte & 0x3F)
            missing -= 1
            return missing > 0 ? .more : .scalar(value)
        }
        switch byte {
        case 0xC2...0xDF: begin(byte & 0x1F, missing: 1)
        case 0xE0...0xEF:
            begin(byte & 0x0F, missing: 2)
            if byte == 0xE0 { allowed = 0xA0...0xBF }
            if byte == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            begin(byte & 0x07, missing: 3)
            if byte == 0xF0 { allowed = 0x90...0xBF }
            if byte == 0xF4 { allowed = 0x80...0x8F }
        default: return .scalar(Self.replacement)
        }
        return .more
    }

    private mutating func begin(_ bits: UInt8, missing: Int) {
        value = UInt32(bits)
        self.missing = missing
        allowed = 0x80...0xBF
    }
}
