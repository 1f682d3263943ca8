/// Finds the forms that ask for lines beginning with a certain word, by the
/// word's first three bytes.
struct PrefixTable: Sendable {
    /// Open addressing; a power of two, and far more than there will be
    /// prefixes, so that most look-ups end at the first slot.
    private static let size = 1024

    /// The prefixes; zero is free.
    private var keys = [UInt32](repeating: 0, count: size)
    private var masks = [FormTable.Mask](repeating: 0, count: size)
    private var count = 0

    /// Adds `bit` to the forms for lines that begin as `prefix` does.
    mutating func add(_ prefix: StaticString, bit: FormTable.Mask) {
        precondition(prefix.utf8CodeUnitCount >= 3, "a prefix has at least three bytes")
        let start = prefix.utf8Start
        let key = Self.key(start[0], start[1], start[2])
        var slot = Self.slot(of: key)
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (Self.size - 1) }
        if keys[slot] == 0 {
            count += 1
            precondition(count <= Self.size / 2, "the prefix table is too small")
        }
        keys[slot] = key
        masks[slot] |= bit
    }

    /// The forms for lines that begin with these bytes.
    @inline(__always)
    func mask(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> FormTable.Mask {
        let key = Self.key(first, second, third)
        var slot = Self.slot(of: key)
        while true {
            let found = keys[slot]
            if found == 0 { return 0 }
            if found == key { return masks[slot] }
            slot = (slot &+ 1) & (Self.size &- 1)
        }
    }

    /// The bytes in one number, never zero. Setting one bit makes capital
    /// letters small; what it does to other bytes does no harm, since the form
    /// looks again.
    @inline(__always)
    private static func key(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> UInt32 {
        (UInt32(first) << 16 | UInt32(second) << 8 | UInt32(third)) | 0x0120_2020
    }

    @inline(__always)
    private static func slot(of key: UInt32) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B1) >> 22)
    }
}
