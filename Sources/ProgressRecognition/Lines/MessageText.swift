/// Turns bytes a command printed into text that may be stored and shown.
enum MessageText {
    /// The most bytes of a message that are kept.
    static let limit = 512
    /// The most bytes of a unit's name.
    static let unitLimit = 64

    /// The text of `bytes`, or nil if nothing is left of it: see `clean(_:limit:)`.
    static func text(_ bytes: UnsafeRawBufferPointer, limit: Int = limit) -> String? {
        clean(String(decoding: bytes, as: UTF8.self), limit: limit)
    }

    /// `text` on one line, without control characters, without blanks at its
    /// ends, cut to `limit` bytes of UTF-8 between two characters; nil if
    /// nothing is left.
    static func clean(_ text: String, limit: Int = limit) -> String? {
        if isClean(text, limit: limit) { return text }
        var kept = String()
        var pendingBlank = false
        var length = 0
        for character in text {
            if character.unicodeScalars.allSatisfy(isBlank) {
                pendingBlank = !kept.isEmpty
                continue
            }
            // A control character never shares a `Character` with a visible one
            // (UAX #29, rules GB4 and GB5).
            if character.unicodeScalars.contains(where: isControl) { continue }
            let size = character.utf8.count + (pendingBlank ? 1 : 0)
            guard length + size <= limit else { break }
            if pendingBlank { kept.append(" ") }
            pendingBlank = false
            kept.append(character)
            length += size
        }
        return kept.isEmpty ? nil : kept
    }

    /// Whether `text` is what `clean(_:limit:)` would make of it: a quick look
    /// that settles most messages.
    private static func isClean(_ text: String, limit: Int) -> Bool {
        let bytes = text.utf8
        guard let last = bytes.last, last != Byte.space, bytes.count <= limit else { return false }
        var previous = Byte.space
        for byte in bytes {
            guard byte >= Byte.space, byte < 0x7F,
                byte != Byte.space || previous != Byte.space
            else { return false }
            previous = byte
        }
        return true
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Control characters, and the invisible ones that reorder what follows.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
