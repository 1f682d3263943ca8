/// Finds how far plain ASCII goes, many bytes at a time: most output is nothing
/// else.
enum PrintableRun {
    /// The position, at or after `from`, of the first byte that is not a space
    /// or a visible ASCII character; `count` when there is none.
    @inline(__always)
    static func end(in base: UnsafeRawPointer, from: Int, count: Int) -> Int {
        var position = from
        while position &+ 32 <= count {
            let words = base.loadUnaligned(fromByteOffset: position, as: SIMD4<UInt64>.self)
            let marks = marks(in: words)
            if marks[0] | marks[1] | marks[2] | marks[3] != 0 {
                for lane in 0..<4 where marks[lane] != 0 {
                    return position &+ lane &* 8 &+ marks[lane].trailingZeroBitCount / 8
                }
            }
            position &+= 32
        }
        while position < count {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            if byte < Byte.space || byte >= Byte.delete { return position }
            position &+= 1
        }
        return count
    }

    /// The top bit of the bytes below a space and from 0x7F on.
    ///
    /// Carries cross bytes, so that a byte after a marked one may be marked
    /// wrongly; the first is always right (Warren, "Hacker's Delight", 6-1), and
    /// comes first in memory on the little-endian machines we run on.
    @inline(__always)
    private static func marks(in words: SIMD4<UInt64>) -> SIMD4<UInt64> {
        let ones = SIMD4<UInt64>(repeating: 0x0101_0101_0101_0101)
        let tops = SIMD4<UInt64>(repeating: 0x8080_8080_8080_8080)
        let controls = (words &- (ones &* UInt64(Byte.space))) & ~words
        // 0x7F and one more has the top bit, as all bytes above it have already.
        return (controls | words | (words &+ ones)) & tops
    }
}
