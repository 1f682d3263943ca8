/// Finds the bytes at which splitting a chunk into lines has something to
/// decide, many bytes at a time: this loop sees every byte every job prints.
enum ByteScan {
    /// The position, at or after `from`, of the first control byte or `%`;
    /// `count` when there is none.
    ///
    /// One comparison for all control bytes is cheaper than one for each that
    /// matters; the caller steps over the others (tabs, mostly).
    @inline(__always)
    static func nextStop(in base: UnsafeRawPointer, from: Int, count: Int) -> Int {
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
            if byte < Byte.space || byte == Byte.percent { return position }
            position &+= 1
        }
        return count
    }

    /// The top bit of the bytes that are below a space or equal to `%`.
    ///
    /// Subtraction borrows across bytes, so a byte after a marked one may be
    /// marked wrongly; the first is always right (Warren, "Hacker's Delight",
    /// 6-1), and comes first in memory on the little-endian machines we run on.
    /// Comparing `SIMD32<UInt8>` is not turned into vector instructions by the
    /// compiler (6.3); integer arithmetic is.
    @inline(__always)
    private static func marks(in words: SIMD4<UInt64>) -> SIMD4<UInt64> {
        let ones = SIMD4<UInt64>(repeating: 0x0101_0101_0101_0101)
        let tops = SIMD4<UInt64>(repeating: 0x8080_8080_8080_8080)
        let controls = (words &- (ones &* UInt64(Byte.space))) & ~words
        let different = words ^ (ones &* UInt64(Byte.percent))
        let percents = (different &- ones) & ~different
        return (controls | percents) & tops
    }
}
