import JobModel

/// parallel(1) of GNU with `--bar`, `--eta` or `--progress`.
///
///     12% 1:7=0s 3
///     ETA: 1s Left: 5 AVG: 0.33s  local:2/3/100%/0.3s
///     local:2/3/100%/0.3s
///
/// With `--bar`: percentage, jobs done and left, time left, argument. The time is
/// 0 until a second has passed, so 0 is left out while there is work. With
/// `--eta`, `Left` counts what is not done and each computer shows
/// `running/done/share/average`; with `--progress` that is all there is, and the
/// total is not known; it is taken for parallel's only after the line that
/// explains it. The percentage in it is the computer's share of the jobs, not
/// progress (the program, subs bar() and progress()).
struct ParallelForm: LineForm {
    static let source = ProgressSource(rawValue: "parallel")

    let triggers = LineTriggers(prefixes: ["computer:jobs running"], percent: true)
    private var isActive = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if Byte.isDigit(cursor.next), let finding = Self.bar(&cursor) { return finding }
        cursor = line.cursor
        if cursor.take(text: "computer:jobs running/jobs completed/%of started jobs/") {
            isActive = true
            // It has a percent sign.
            return .nothing
        }
        guard isActive, line.isRedrawn else { return nil }
        var left: Double?
        var eta: Double?
        if cursor.take(text: "eta: ") {
            eta = cursor.takeSpan()
            guard cursor.take(text: " left: "), let number = cursor.takeWhole(),
                cursor.take(text: " avg: "), cursor.takeDecimal() != nil, cursor.take("s")
            else { return nil }
            left = number.value
            cursor.takeBlanks()
        }
        var done = 0.0
        var computers = 0
        while let count = Self.takeComputer(&cursor) {
            done += count
            computers += 1
            cursor.takeBlanks()
        }
        guard computers > 0 else { return nil }
        if eta == 0, left != 0 { eta = nil }
        return .progress(
            Progress(
                done: done, total: left.map { $0 + done }, unit: "jobs", etaSeconds: eta,
                source: Self.source))
    }

    /// `12% 1:7=0s 3`
    private static func bar(_ cursor: inout ByteCursor) -> Finding? {
        guard let percentage = cursor.takeWhole(), cursor.take("%"), cursor.take(" "),
            let done = cursor.takeWhole(), cursor.take(":"), let left = cursor.takeWhole(),
            cursor.take("="), let seconds = cursor.takeSpan(),
            cursor.isAtEnd || cursor.next == Byte.space
        else { return nil }
        let total = done.digits + left.digits
        guard total > 0, percentage.hundredth <= 1 else { return nil }
        // It rounds down, a number that was rounded before.
        let expected = done.digits * 100 / total
        guard percentage.digits <= expected + 1, expected <= percentage.digits + 1 else {
            return nil
        }
        return .progress(
            Progress(
                done: done.value, total: Double(total), unit: "jobs",
                message: MessageText.text(argument(cursor.rest)),
                etaSeconds: seconds == 0 && left.digits > 0 ? nil : seconds, source: source))
    }

    /// `bytes` up to the blanks that fill the line, after which other output may
    /// stand.
    private static func argument(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = bytes.startIndex
        var blanks = 0
        for (index, byte) in bytes.enumerated() {
            if byte != Byte.space {
                end = index + 1
                blanks = 0
            } else if end > 0 {
                blanks += 1
                if blanks == 4 { break }
            }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }

    /// The jobs done in `local:2/3/100%/0.3s`.
    private static func takeComputer(_ cursor: inout ByteCursor) -> Double? {
        let start = cursor.position
        while !cursor.isAtEnd, !Byte.isBlank(cursor.next), cursor.next != Byte.of("/") {
            cursor.position += 1
        }
        // The number after the last colon: host names have colons, too.
        while cursor.position > start, cursor.peek(-1) != Byte.of(":") { cursor.position -= 1 }
        guard cursor.position > start, cursor.takeWhole() != nil, cursor.take("/"),
            let done = cursor.takeWhole(), cursor.take("/"), cursor.takeWhole() != nil,
            cursor.take("%"), cursor.take("/"), cursor.takeDecimal() != nil, cursor.take("s")
        else { return nil }
        return done.value
    }
}
