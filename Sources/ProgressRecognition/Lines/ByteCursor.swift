/// Reads a line's bytes forward. Looking past the end gives zero, so that no
/// form can read out of bounds.
struct ByteCursor {
    /// All the bytes.
    let bytes: UnsafeRawBufferPointer
    /// The next byte's place.
    var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// Whether every byte has been read.
    @inline(__always)
    var isAtEnd: Bool { position >= bytes.count }

    /// The next byte, or zero at the end.
    @inline(__always)
    var next: UInt8 { peek(0) }

    /// The byte `ahead` of the next one, or zero outside the line.
    @inline(__always)
    func peek(_ ahead: Int) -> UInt8 {
        let place = position &+ ahead
        return place >= 0 && place < bytes.count ? bytes[place] : 0
    }

    /// What has not been read.
    var rest: UnsafeRawBufferPointer {
        isAtEnd
            ? UnsafeRawBufferPointer(start: nil, count: 0)
            : UnsafeRawBufferPointer(rebasing: bytes[position...])
    }

    /// The bytes from `start` up to the next one.
    func taken(since start: Int) -> UnsafeRawBufferPointer {
        start < position && position <= bytes.count
            ? UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            : UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Steps over `byte` if it is next.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte, !isAtEnd else { return false }
        position &+= 1
        return true
    }

    /// Steps over an ASCII character if it is next.
    @inline(__always)
    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        take(Byte.of(scalar))
    }

    /// Steps over blanks and says how many there were.
    @discardableResult
    mutating func takeBlanks() -> Int {
        let start = position
        while Byte.isBlank(next) { position &+= 1 }
        return position &- start
    }

    /// Steps over letters and gives them; empty when none is next.
    mutating func takeLetters() -> UnsafeRawBufferPointer {
        let start = position
        while Byte.isLetter(next) { position &+= 1 }
        return taken(since: start)
    }

    /// Steps over `text` if it is next, in any mixture of cases.
    mutating func take(text: StaticString) -> Bool {
        guard position &+ text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where Byte.lowercase(peek(index)) != text.utf8Start[index] {
            return false
        }
        position &+= text.utf8CodeUnitCount
        return true
    }

    /// Steps over decimal digits with an optional fraction after `.` (or `,`
    /// where `commaToo`); nil, and nothing stepped over, when none is next or
    /// there are more than 15 digits, the most a `Double` keeps exactly.
    mutating func takeDecimal(commaToo: Bool = false) -> Decimal? {
        let start = position
        var decimal = Decimal()
        var digits = 0
        while Byte.isDigit(next) {
            digits &+= 1
            guard digits <= Decimal.mostDigits else {
                position = start
                return nil
            }
            decimal.append(digit: next)
            position &+= 1
        }
        guard digits > 0 else { return nil }
        if next == Byte.of(".") || (commaToo && next == Byte.of(",")), Byte.isDigit(peek(1)) {
            position &+= 1
            while Byte.isDigit(next) {
                digits &+= 1
                guard digits <= Decimal.mostDigits else {
                    position = start
                    return nil
                }
                decimal.append(digit: next)
                decimal.scale &+= 1
                position &+= 1
            }
        }
        return decimal
    }

    /// Steps over a whole number; nil, and nothing stepped over, when none is
    /// next, or it goes on as a decimal fraction.
    mutating func takeWhole() -> Decimal? {
        let start = position
        guard let decimal = takeDecimal(), decimal.scale == 0 else {
            position = start
            return nil
        }
        return decimal
    }
}
