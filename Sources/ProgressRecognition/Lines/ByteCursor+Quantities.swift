/// Amounts as tools print them: grouped digits, sizes, spans of time.
extension ByteCursor {
    /// Steps over a whole number whose digits may be grouped by commas, as in
    /// `32,768`; nil, and nothing stepped over, when none is next or it has more
    /// digits than a `Double` keeps.
    mutating func takeGrouped() -> Double? {
        let start = position
        var decimal = Decimal()
        var digits = 0
        while Byte.isDigit(next) || (next == Byte.of(",") && digits > 0 && Byte.isDigit(peek(1))) {
            if next != Byte.of(",") {
                digits &+= 1
                decimal.append(digit: next)
            }
            position &+= 1
            guard digits <= Decimal.mostDigits else {
                position = start
                return nil
            }
        }
        return digits > 0 ? decimal.value : nil
    }

    /// Steps over a size, such as `1.5M`, `12.3 MiB`, `800 kB`, `42 bytes` or a
    /// bare `42`, and gives it in bytes; nil, and nothing stepped over, when
    /// none is next.
    ///
    /// - Parameter kilo: What `k`, `M`, … stand for when no `i` follows them:
    ///   powers of 1000 or of 1024; tools differ.
    mutating func takeSize(kilo: Double = 1000) -> Double? {
        guard let number = takeDecimal() else { return nil }
        let end = position
        if Byte.isBlank(next) { position &+= 1 }
        guard let power = Self.power(of: next) else {
            if !take(text: "bytes"), !take(text: "byte"), !takeUnitB() { position = end }
            return number.value
        }
        position &+= 1
        let base = take("i") ? 1024 : kilo
        if !takeUnitB(), Byte.isLetter(next) {
            // Another word: the number stands alone.
            position = end
            return number.value
        }
        return (0..<power).reduce(number.value) { value, _ in value * base }
    }

    /// Steps over a `B` that ends a unit.
    private mutating func takeUnitB() -> Bool {
        guard next == Byte.of("B"), !Byte.isLetter(peek(1)) else { return false }
        position &+= 1
        return true
    }

    private static func power(of letter: UInt8) -> Int? {
        switch letter {
        case Byte.of("k"), Byte.of("K"): 1
        case Byte.of("M"): 2
        case Byte.of("G"): 3
        case Byte.of("T"): 4
        case Byte.of("P"): 5
        case Byte.of("E"): 6
        default: nil
        }
    }

    /// Steps over a time as a clock shows it, `1:02:03`, `02:03` or `02:03.5`, or
    /// with days, `1:02:03:04`, and gives it in seconds; nil, and nothing stepped over, when none is
    /// next.
    mutating func takeClock() -> Double? {
        let start = position
        guard let first = takeWhole(), next == Byte.of(":") else {
            position = start
            return nil
        }
        var seconds = first.value
        var parts = 1
        while parts < 4, next == Byte.of(":"), Byte.isDigit(peek(1)) {
            position &+= 1
            guard let part = takeDecimal(), part.value < 60 || parts == 1 else {
                position = start
                return nil
            }
            seconds = seconds * 60 + part.value
            parts &+= 1
            // The first of four is days, which have but 24 hours.
            if parts == 4 { seconds -= first.value * (60 - 24) * 3600 }
        }
        guard parts > 1 else {
            position = start
            return nil
        }
        return seconds
    }

    /// Steps over a span of time in letters, such as `1h02m03s`, `3m 20s`,
    /// `12s` or `1d 3h`, and gives it in seconds; nil, and nothing stepped over,
    /// when none is next.
    mutating func takeSpan() -> Double? {
        let start = position
        var seconds = 0.0
        var smallest = Double.infinity
        while true {
            let before = position
            takeBlanks()
            guard let number = takeDecimal(), let unit = Self.seconds(in: next), unit < smallest,
                !Byte.isLetter(peek(1))
            else {
                position = before
                break
            }
            position &+= 1
            seconds += number.value * unit
            smallest = unit
        }
        guard smallest < .infinity else {
            position = start
            return nil
        }
        return seconds
    }

    private static func seconds(in letter: UInt8) -> Double? {
        switch letter {
        case Byte.of("d"): 86_400
        case Byte.of("h"): 3600
        case Byte.of("m"): 60
        case Byte.of("s"): 1
        default: nil
        }
    }

    /// Steps over everything up to the end of the first `text` (in any mixture
    /// of cases); false, and nothing stepped over, when it does not follow.
    mutating func take(past text: StaticString) -> Bool {
        let start = position
        while !isAtEnd {
            if take(text: text) { return true }
            position &+= 1
        }
        position = start
        return false
    }
}

extension Double {
    /// The number, or nil if it is zero: tools print that for a rate they do not
    /// know yet, and for less than a second that is left.
    var nonZero: Double? { self == 0 ? nil : self }
}
