/// Numbers as people and programs write them.
enum Decimal {
    /// The number that all of the bytes spell in decimal digits; nil if they do
    /// not, or if it is too large.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        if bytes.isEmpty { return nil }
        var number: Int64 = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (tens, tooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(Int64(byte - 0x30))
            if tooLarge || overflow { return nil }
            number = sum
        }
        return number
    }
}
