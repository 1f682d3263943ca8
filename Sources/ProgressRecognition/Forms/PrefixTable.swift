/// Finds the forms that ask for lines beginning with a certain word, by the
/// word's first four bytes, or three where it has no more.
struct PrefixTable: Sendable {
    /// Open addressing; a power of two, and far more than there will be
    /// prefixes, so that most look-ups end at the first slot.
    private static let size = 1024

    /// The prefixes; zero is free.
    private var keys = [UInt64](repeating: 0, count: size)
    private var masks = [FormTable.Mask](repeating: 0, count: size)
    private var count = 0

    /// Adds `bit` to the forms for lines that begin as `prefix` does.
    mutating func add(_ prefix: StaticString, bit: FormTable.Mask) {
        precondition(prefix.utf8CodeUnitCount >= 3, "a prefix has at least three bytes")
        let bytes = UnsafeRawBufferPointer(
            start: prefix.utf8Start, count: prefix.utf8CodeUnitCount)
        let key = Self.key(bytes, at: 0, length: min(bytes.count, 4))
        var slot = Self.slot(of: key)
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (Self.size - 1) }
        if keys[slot] == 0 {
            count += 1
            precondition(count <= Self.size / 2, "the prefix table is too small")
        }
        keys[slot] = key
        masks[slot] |= bit
    }

    /// The forms for lines that begin as the bytes from `start` to `end` do, at
    /// least three.
    @inline(__always)
    func mask(_ bytes: UnsafeRawBufferPointer, at start: Int, end: Int) -> FormTable.Mask {
        var mask = self.mask(of: Self.key(bytes, at: start, length: 3))
        if end &- start >= 4 { mask |= self.mask(of: Self.key(bytes, at: start, length: 4)) }
        return mask
    }

    @inline(__always)
    private func mask(of key: UInt64) -> FormTable.Mask {
        var slot = Self.slot(of: key)
        while true {
            let found = keys[slot]
            if found == 0 { return 0 }
            if found == key { return masks[slot] }
            slot = (slot &+ 1) & (Self.size &- 1)
        }
    }

    /// The bytes and how many they are in one number, never zero. Setting one
    /// bit makes capital letters small; what it does to other bytes does no harm,
    /// since the form looks again.
    @inline(__always)
    private static func key(
        _ bytes: UnsafeRawBufferPointer, at start: Int, length: Int
    ) -> UInt64 {
        var key = UInt64(length)
        for index in 0..<length { key = key << 8 | UInt64(bytes[start &+ index] | 0x20) }
        return key
    }

    @inline(__always)
    private static func slot(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 54)
    }
}
