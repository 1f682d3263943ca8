/// A number as it was printed: digits and where the point stands. Kept so until
/// the end, because `42.3 / 100` is not what `0.423` is.
struct Decimal: Equatable {
    /// The most digits for which every value below is exact.
    static let mostDigits = 15

    /// The digits, without the point.
    var digits: UInt64 = 0
    /// How many of them follow the point.
    var scale = 0

    /// Adds one more ASCII digit.
    mutating func append(digit: UInt8) {
        digits = digits &* 10 &+ UInt64(digit &- 0x30)
    }

    /// The number.
    var value: Double {
        Double(digits) / Decimal.power(scale)
    }

    /// The number taken as a percentage: 42 is 0.42. It can exceed 1.
    var hundredth: Double {
        Double(digits) / Decimal.power(scale + 2)
    }

    /// Ten to the power of `exponent`, exact up to 22.
    private static func power(_ exponent: Int) -> Double {
        var result = 1.0
        for _ in 0..<exponent { result *= 10 }
        return result
    }
}
