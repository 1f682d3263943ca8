/// A set of lower-case ASCII words of at most 16 letters, in which bytes can be
/// looked up without making a string of them.
struct WordSet: Sendable {
    /// The longest word.
    static let longest = 16

    /// The words, packed, at the place their hash says or the next free one;
    /// zero is free.
    private var slots: [UInt128]
    private let mask: Int

    init(_ words: [StaticString]) {
        var size = 16
        while size < words.count * 3 { size *= 2 }
        slots = [UInt128](repeating: 0, count: size)
        mask = size - 1
        for word in words {
            precondition(
                (1...Self.longest).contains(word.utf8CodeUnitCount), "word of unusable length")
            let packed = word.withUTF8Buffer { Self.pack(UnsafeRawBufferPointer($0)) }
            var slot = place(of: packed)
            while slots[slot] != 0, slots[slot] != packed { slot = (slot + 1) & mask }
            slots[slot] = packed
        }
    }

    /// Whether `word` is in the set, whatever its case.
    func contains(_ word: UnsafeRawBufferPointer) -> Bool {
        guard !word.isEmpty, word.count <= Self.longest else { return false }
        let packed = Self.pack(word)
        var slot = place(of: packed)
        while slots[slot] != 0 {
            if slots[slot] == packed { return true }
            slot = (slot + 1) & mask
        }
        return false
    }

    /// Whether any run of letters in `text` is in the set.
    func containsWord(of text: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(text)
        while !cursor.isAtEnd {
            let word = cursor.takeLetters()
            if word.isEmpty { cursor.position += 1 } else if contains(word) { return true }
        }
        return false
    }

    private func place(of packed: UInt128) -> Int {
        let folded = UInt64(truncatingIfNeeded: packed ^ (packed >> 64))
        return Int(truncatingIfNeeded: (folded &* 0x9E37_79B9_7F4A_7C15) >> 40) & mask
    }

    private static func pack(_ word: UnsafeRawBufferPointer) -> UInt128 {
        var packed: UInt128 = 0
        for byte in word { packed = packed << 8 | UInt128(Byte.lowercase(byte)) }
        return packed
    }
}
