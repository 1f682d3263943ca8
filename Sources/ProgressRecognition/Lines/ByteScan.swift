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
            let block = base.loadUnaligned(fromByteOffset: position, as: SIMD32<UInt8>.self)
            let hits = unsafeBitCast(
                (block .<= SIMD32(repeating: 0x1F)) .| (block .== SIMD32(repeating: Byte.percent)),
                to: SIMD4<UInt64>.self)
            if hits[0] | hits[1] | hits[2] | hits[3] != 0 {
                for lane in 0..<4 where hits[lane] != 0 {
                    // Lanes are little-endian: the lowest byte came first.
                    return position &+ lane &* 8
                        &+ hits[lane].littleEndian.trailingZeroBitCount / 8
                }
            }
            position &+= 32
        }
        while position < count {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            if byte <= 0x1F || byte == Byte.percent { return position }
            position &+= 1
        }
        return count
    }
}
