import JobModel

/// flac(1): encoding, and testing or decoding.
///
///     a.wav: 24% complete, ratio=0.501
///     a.flac: testing, 42% complete
///
/// What changes in the line is written anew over backspaces. The fraction is of
/// the file, and ends with the last percentage printed. As other programs may print `a: 42% complete`, it is taken for
/// flac's only after the line with which flac begins. Format: flac's
/// src/flac/encode.c and decode.c, print_stats(); utils.c, stats_print_name().
struct FLACForm: LineForm {
    static let source = ProgressSource(rawValue: "flac")

    let triggers = LineTriggers(prefixes: ["flac "], percent: true)

    private var isRunning = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard isRunning else {
            // `flac 1.4.2`
            isRunning =
                cursor.take(text: "flac ") && cursor.takeDecimal() != nil && cursor.rest.count < 4
            return nil
        }
        guard cursor.take(past: ": ") else { return nil }
        let name = UnsafeRawBufferPointer(
            rebasing: line.bytes[line.indent..<(cursor.position - 2)])
        if !cursor.take(text: "testing, ") { _ = cursor.take(text: "analyzing, ") }
        guard let number = cursor.takeWhole(), cursor.take("%"), cursor.take(text: " complete"),
            cursor.isAtEnd || cursor.take(text: ", ratio=")
        else { return nil }
        return .progress(
            Progress(
                fraction: number.hundredth, message: MessageText.text(name),
                source: Self.source))
    }
}
