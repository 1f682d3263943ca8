import JobModel

/// opusenc(1) of opus-tools: seconds of sound encoded.
///
///     [|] 26% 00:00:23.88 23.9x realtime, 84.66 kbit/s
///     [/] 00:00:23.88 23.9x realtime, 84.66 kbit/s
///
/// The percentage is missing where the length is not known. A total is not
/// printed, nor worked out from the rounded percentage. Format: opus-tools,
/// src/opusenc.c, "realtime, %5.4g kbit/s".
struct OpusencForm: LineForm {
    static let source = ProgressSource(rawValue: "opusenc")

    let triggers = LineTriggers(prefixes: ["[|]", "[/]", "[-]", "[\\]", "Encoding complete"])

    private var isRunning = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take("[") else {
            guard isRunning, cursor.take(text: "encoding complete"), cursor.isAtEnd else {
                return nil
            }
            isRunning = false
            return .progress(Progress(fraction: 1, source: Self.source))
        }
        cursor.position += 1
        guard cursor.take("]") else { return nil }
        cursor.takeBlanks()
        var percentage: Decimal?
        if cursor.peek(1) == Byte.percent || cursor.peek(2) == Byte.percent
            || cursor.peek(3) == Byte.percent
        {
            percentage = cursor.takeWhole()
            guard percentage != nil, cursor.take("%"), cursor.takeBlanks() > 0 else { return nil }
        }
        guard let done = cursor.takeClock(), cursor.takeBlanks() > 0,
            let speed = cursor.takeDecimal(), cursor.take(text: "x realtime,")
        else { return nil }
        isRunning = true
        return .progress(
            Progress(
                fraction: percentage?.hundredth, done: done, unit: "seconds",
                rate: speed.digits > 0 ? speed.value : nil, source: Self.source))
    }
}
