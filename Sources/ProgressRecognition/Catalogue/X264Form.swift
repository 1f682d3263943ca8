import JobModel

/// x264(1) and x265(1): frames encoded, of how many where the input tells.
///
///     [12.5%] 25/200 frames, 60.92 fps, 3522.89 kb/s, eta 0:00:02
///     25 frames: 60.92 fps, 3522.89 kb/s
///     encoded 200 frames, 69.39 fps, 3408.04 kb/s
///
/// The last line counts as all of it unless it was interrupted. The two print
/// alike; which it is, is known from the lines before, `x264 [info]: …`.
/// Formats: x264.c, print_status(); x265's source/x265cli.cpp, printStatus().
struct X264Form: LineForm {
    static let x264 = ProgressSource(rawValue: "x264")
    static let x265 = ProgressSource(rawValue: "x265")

    let triggers = LineTriggers(
        first: "0123456789", afterDigits: " ", isBracketed: true,
        prefixes: ["x264 [", "x265 [", "encoded ", "aborted at input frame "])

    private var source = x264
    private var isRunning = false
    private var isAborted = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("["): return readKnown(&cursor)
        case Byte.of("x"):
            if cursor.take(text: "x264 [") { source = Self.x264 }
            if cursor.take(text: "x265 [") { source = Self.x265 }
            // So newer ones say it; older ones at the left edge.
            if cursor.take(text: "info]: aborted at input frame ") { isAborted = true }
            return nil
        case Byte.of("e"): return readEnd(&cursor)
        case Byte.of("a"):
            if isRunning, cursor.take(text: "aborted at input frame ") { isAborted = true }
            return nil
        default: return readUnknown(&cursor)
        }
    }

    private mutating func readKnown(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.take("["), cursor.takeDecimal() != nil, cursor.take(text: "%] "),
            let done = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole(),
            cursor.take(text: " frames, "), let rate = Self.takeRate(&cursor)
        else { return nil }
        begin()
        return .progress(
            Progress(
                done: done.value, total: total.value, unit: "frames", rate: rate > 0 ? rate : nil,
                etaSeconds: cursor.take(past: ", eta ") ? cursor.takeClock() : nil,
                source: source))
    }

    private mutating func readUnknown(_ cursor: inout ByteCursor) -> Finding? {
        guard let done = cursor.takeWhole(), cursor.take(text: " frames: "),
            let rate = Self.takeRate(&cursor)
        else { return nil }
        begin()
        return .progress(
            Progress(
                done: done.value, unit: "frames", rate: rate > 0 ? rate : nil, source: source))
    }

    private mutating func readEnd(_ cursor: inout ByteCursor) -> Finding? {
        guard isRunning, cursor.take(text: "encoded "), let done = cursor.takeWhole(),
            cursor.take(text: " frames")
        else { return nil }
        isRunning = false
        guard !isAborted else { return .nothing }
        return .progress(
            Progress(done: done.value, total: done.value, unit: "frames", source: source))
    }

    private mutating func begin() {
        if !isRunning { isAborted = false }
        isRunning = true
    }

    /// `60.92 fps, 3522.89 kb/s`
    private static func takeRate(_ cursor: inout ByteCursor) -> Double? {
        guard let rate = cursor.takeDecimal(), cursor.take(text: " fps, "),
            cursor.takeDecimal() != nil, cursor.take(text: " kb/s")
        else { return nil }
        return rate.value
    }
}
