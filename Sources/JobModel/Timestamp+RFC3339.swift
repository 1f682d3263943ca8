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

extension Timestamp {
    /// Reads RFC 3339 §5.6 (`2026-11-22T09:00:00Z`, `…T10:00:00.5+01:00`); nil when
    /// it is something else. Digits beyond microseconds are cut off. A leap second
    /// counts as the first of the next minute.
    package init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits, rest.prefix(digits).allSatisfy(Self.isDigit) else {
                return nil
            }
            defer { rest = rest.dropFirst(digits) }
            return rest.prefix(digits).reduce(0) { $0 * 10 + Int64($1 - 48) }
        }
        func takes(_ signs: String) -> Bool {
            guard let first = rest.first, signs.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), takes("-"), let month = number(2), takes("-"),
            let day = number(2), takes("Tt "), let hour = number(2), takes(":"),
            let minute = number(2), takes(":"), let second = number(2),
            (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if takes(".") {
            let digits = rest.prefix(while: Self.isDigit)
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count)
            for index in 0..<6 {
                let position = digits.startIndex + index
                fraction = fraction * 10
                if position < digits.endIndex { fraction += Int64(digits[position] - 48) }
            }
        }
        var offset: Int64 = 0
        if !takes("Zz") {
            let isEast = rest.first == UInt8(ascii: "+")
            guard takes("+-"), let hours = number(2), takes(":"), let minutes = number(2),
                hours < 24, minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (isEast ? 60 : -60)
        }
        guard rest.isEmpty else { return nil }
        let days = Self.daysSince1970(year, month, day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The inverse of `civil`.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
