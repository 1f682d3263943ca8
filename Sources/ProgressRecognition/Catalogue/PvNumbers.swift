import JobModel

/// What `pv -n` prints: percentages, each a line that is nothing but a whole
/// number.
///
///     13
///     26
///     39
///
/// Programs print such lines for many reasons, so it takes much to believe them:
/// they are on standard error, where pv writes and hardly anything else prints
/// bare numbers (so not under a terminal); not drawn over each other; from 0 to
/// 100, and never falling; at least five, at even intervals, as pv keeps its own
/// (`-i`, a second if it is not given) to a tenth of a second; rising more than
/// once; and not merely counting, in steps of the same size. pv that runs for less
/// than five intervals shows nothing.
struct PvNumbers: Sendable {
    private var last: Double?
    private var lastAt = Timestamp(microseconds: 0)
    private var interval: Int64?
    private var lines = 0
    private var rises = 0
    private var step: Double?
    private var isCounting = true
    private var isBelieved = false

    /// The lines there must be.
    private static let fewest = 5
    /// The least interval, and how much longer or shorter another may be, in
    /// microseconds.
    private static let shortest: Int64 = 80_000
    private static let slack: Int64 = 110_000

    /// The fraction in `line`, which is short and ends with a digit.
    mutating func read(_ line: Line) -> Double? {
        var cursor = line.cursor
        guard line.channel == .stderr, line.isWhole, !line.isRedrawn, line.indent == 0,
            let number = cursor.takeWhole(), cursor.isAtEnd, number.hundredth <= 1
        else { return nil }
        let passed = line.at.since(lastAt)
        guard let last, number.value >= last else {
            // Something else, or another pv.
            self = PvNumbers()
            note(number.value, at: line.at)
            return nil
        }
        if isBelieved {
            note(number.value, at: line.at)
            return number.hundredth
        }
        let isEven =
            interval.map { abs(passed - $0) <= max($0 / 4, Self.slack) }
            ?? (passed >= Self.shortest)
        guard isEven else {
            self = PvNumbers()
            note(number.value, at: line.at)
            return nil
        }
        if interval == nil { interval = passed }
        if number.value > last { rises += 1 }
        if let step, number.value - last != step { isCounting = false }
        step = number.value - last
        note(number.value, at: line.at)
        isBelieved = lines >= Self.fewest && rises >= 2 && !isCounting
        return isBelieved ? number.hundredth : nil
    }

    private mutating func note(_ value: Double, at: Timestamp) {
        last = value
        lastAt = at
        lines += 1
    }
}
