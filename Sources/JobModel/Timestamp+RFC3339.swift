extension Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-22T08:15:30.123Z`, the form
    /// the contract fixes. Finer parts are cut off, not rounded, so that a time
    /// never reads as later than it is.
    package var rfc3339: String {
        String(unsafeUninitializedCapacity: 24) { bytes in
            let milliseconds = Self.floorDivide(microseconds, 1000)
            let seconds = Self.floorDivide(milliseconds, 1000)
            let days = Self.floorDivide(seconds, 86_400)
            let (year, month, day) = Self.civil(daysSince1970: days)
            let second = seconds - days * 86_400
            func put(_ value: Int64, _ width: Int, at offset: Int) {
                var rest = value
                for index in stride(from: offset + width - 1, through: offset, by: -1) {
                    bytes[index] = UInt8(48 + rest % 10)
                    rest /= 10
                }
            }
            put(min(max(year, 0), 9999), 4, at: 0)
            bytes[4] = UInt8(ascii: "-")
            put(month, 2, at: 5)
            bytes[7] = UInt8(ascii: "-")
            put(day, 2, at: 8)
            bytes[10] = UInt8(ascii: "T")
            put(second / 3600, 2, at: 11)
            bytes[13] = UInt8(ascii: ":")
            put(second / 60 % 60, 2, at: 14)
            bytes[16] = UInt8(ascii: ":")
            put(second % 60, 2, at: 17)
            bytes[19] = UInt8(ascii: ".")
            put(milliseconds - seconds * 1000, 3, at: 20)
            bytes[23] = UInt8(ascii: "Z")
            return 24
        }
    }

    /// The proleptic Gregorian date of a day, by eras of 400 years that begin on
    /// 1 March, so that the leap day is a year's last.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let quotient = dividend / divisor
        return dividend % divisor < 0 ? quotient - 1 : quotient
    }
}
