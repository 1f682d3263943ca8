/// Where bytes can be cut without harm to the text they may be.
enum TextBoundary {
    /// How many bytes at the end begin a UTF-8 character that is not whole yet:
    /// 0…3. Bytes that are not UTF-8 may be taken for such a beginning, so they
    /// are only to be put off, never changed.
    static func incompleteSuffix(_ bytes: UnsafeRawPointer, _ count: Int) -> Int {
        var back = 1
        while back <= 3, back <= count {
            let byte = bytes.load(fromByteOffset: count - back, as: UInt8.self)
            let length =
                switch byte {
                case 0x80...0xbf: 0
                case 0xc2...0xdf: 2
                case 0xe0...0xef: 3
                case 0xf0...0xf4: 4
                default: 1
                }
            if length != 0 { return length > back ? back : 0 }
            back += 1
        }
        return 0
    }

    /// How many bytes follow the last line's end; nil if there is none.
    static func incompleteLine(_ bytes: UnsafeRawPointer, _ count: Int) -> Int? {
        var index = count
        while index > 0 {
            if bytes.load(fromByteOffset: index - 1, as: UInt8.self) == 0x0a {
                return count - index
            }
            index -= 1
        }
        return nil
    }
}
