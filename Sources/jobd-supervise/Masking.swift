import CLinux

/// Replaces what must not be written in one stream, which comes in pieces that may
/// end anywhere.
///
/// What may be the beginning of such a value is held back until more has come. If
/// that takes too long (`release`) it is passed on, and only the rest of the value is
/// replaced: the whole of it is never written.
struct Masking {
    private static let mask: StaticString = "***"

    private let masks: Masks
    private let held: UnsafeMutablePointer<UInt8>
    /// How many bytes are held, those among them that were passed on, too.
    private(set) var heldLength = 0
    /// How many of them have been passed on.
    private var passed = 0
    /// How many of them belong to a value that began before them.
    private var covered = 0
    /// Whether the last byte that was passed on was replaced.
    private var isMasked = false

    init(_ masks: Masks) {
        self.masks = masks
        held = .allocate(capacity: max(masks.reach, 1))
    }

    /// Whether there is something that `release` would pass on.
    var isHolding: Bool { passed < heldLength }

    /// Takes the next bytes: `count` of them, behind the place of the `heldLength`
    /// bytes at `bytes`.
    ///
    /// - Returns: how many bytes, from `bytes` on, are to be passed on now.
    mutating func take(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int {
        memcpy(bytes, held, heldLength)
        let all = heldLength + count
        let rest = mark(bytes, all)
        let end = all - rest
        memcpy(held, bytes + end, rest)
        let length = replace(bytes, from: passed, to: end)
        heldLength = rest
        passed = max(passed - end, 0)
        covered = 0
        while covered < rest, masks.cover[end + covered] == Masks.Cover.goesOn { covered += 1 }
        return length
    }

    /// Passes on what is held.
    ///
    /// - Returns: how many bytes, from `bytes` on, that is.
    mutating func release(to bytes: UnsafeMutablePointer<UInt8>) -> Int {
        memcpy(bytes, held, heldLength)
        _ = mark(bytes, heldLength)
        let length = replace(bytes, from: passed, to: heldLength)
        passed = heldLength
        return length
    }

    private func mark(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        memset(masks.cover, Int32(Masks.Cover.none), count)
        memset(masks.cover, Int32(Masks.Cover.goesOn), covered)
        return masks.mark(bytes, count)
    }

    /// Puts the bytes in that range, as far as they may be seen, to the beginning.
    /// That takes no more room than they have: a value has more bytes than its mask.
    private mutating func replace(
        _ bytes: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int
    ) -> Int {
        var length = 0
        var index = start
        while index < end {
            let cover = masks.cover[index]
            if cover == Masks.Cover.none {
                bytes[length] = bytes[index]
                length += 1
                isMasked = false
            } else if cover == Masks.Cover.begins || !isMasked {
                memcpy(bytes + length, Self.mask.utf8Start, Self.mask.utf8CodeUnitCount)
                length += Self.mask.utf8CodeUnitCount
                isMasked = true
            }
            index += 1
        }
        return length
    }
}
