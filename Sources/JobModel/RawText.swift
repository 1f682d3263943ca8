/// Texts that stand for bytes which may be no UTF-8, as arguments, paths and values of
/// the environment may be on Linux.
///
/// A byte that belongs to no character is the character U+10FE00 + byte, of a private
/// use area (Unicode 16, §23.5). Characters of that block which are really meant are
/// written byte by byte in the same way, so that text and bytes are one to one.
package enum RawText {
    private static let block: UInt32 = 0x10FE00
    /// With what UTF-8 of such a character begins. Others do so too, but hardly any.
    private static let lead: UInt8 = 0xF4

    /// The text for some bytes.
    package static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(lead) {
            return text
        }
        var text = String.UnicodeScalarView()
        var rest = bytes[...]
        while let byte = rest.first {
            if let (scalar, length) = scalar(rest), !isEscape(scalar) {
                text.append(scalar)
                rest = rest.dropFirst(length)
            } else {
                text.append(escape(byte))
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    /// The text for another one that means just its characters.
    package static func text(meaning text: String) -> String {
        text.utf8.contains(lead) ? self.text(Array(text.utf8)) : text
    }

    /// The bytes that a text stands for.
    package static func bytes(_ text: String) -> [UInt8] {
        guard text.utf8.contains(lead) else { return Array(text.utf8) }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if isEscape(scalar) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes += UTF8.encode(scalar)?.map { $0 } ?? []
            }
        }
        return bytes
    }

    /// The characters that the bytes are; nil when they are no UTF-8.
    package static func characters(_ text: String) -> String? {
        text.utf8.contains(lead) ? String(validating: bytes(text), as: UTF8.self) : text
    }

    /// For people: with a mark where there is no character.
    package static func shown(_ text: String) -> String {
        text.utf8.contains(lead) ? String(decoding: bytes(text), as: UTF8.self) : text
    }

    private static func isEscape(_ scalar: Unicode.Scalar) -> Bool {
        (block + 0x80...block + 0xFF).contains(scalar.value)
    }

    private static func escape(_ byte: UInt8) -> Unicode.Scalar {
        // In range and no surrogate, so there is one.
        Unicode.Scalar(block + UInt32(byte)) ?? "\u{FFFD}"
    }

    /// The character that the bytes begin with, and how many it takes; nil when they
    /// begin with none.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
        for length in 1...4 where bytes.count >= length {
            if let text = String(validating: bytes.prefix(length), as: UTF8.self),
                let scalar = text.unicodeScalars.first
            {
                return (scalar, length)
            }
        }
        return nil
    }
}
