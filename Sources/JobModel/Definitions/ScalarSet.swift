/// Characters that a place in a pattern can be.
struct ScalarSet: Hashable, Sendable {
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    /// Whether it is all but those.
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar) } != isNegated
    }

    /// What a letter after a backslash stands for, in ASCII as in JavaScript without
    /// its flags; nil when it stands for nothing.
    static func named(_ letter: Unicode.Scalar) -> ScalarSet? {
        switch letter {
        case "d": digits
        case "D": ScalarSet(ranges: digits.ranges, isNegated: true)
        case "w": word
        case "W": ScalarSet(ranges: word.ranges, isNegated: true)
        case "s": space
        case "S": ScalarSet(ranges: space.ranges, isNegated: true)
        default: nil
        }
    }

    /// Any but the ends of lines.
    static let any = ScalarSet(
        ranges: ["\n"..."\n", "\r"..."\r", "\u{2028}"..."\u{2029}"], isNegated: true)

    private static let digits = ScalarSet(ranges: ["0"..."9"])
    private static let word = ScalarSet(ranges: ["a"..."z", "A"..."Z", "0"..."9", "_"..."_"])
    private static let space = ScalarSet(ranges: ["\t"..."\r", " "..." ", "\u{A0}"..."\u{A0}"])
}
