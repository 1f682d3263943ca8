import JobModel

/// flac(1): encoding, and testing or decoding.
///
///     a.wav: 24% complete, ratio=0.501
///     a.wav: wrote 8630939 bytes, ratio=0.499
///     a.flac: testing, 42% complete
///     a.flac: ok
///
/// What changes in the line is written anew over backspaces. The fraction is of
/// the file. As other programs may print `a: 42% complete`, it is taken for
/// flac's only after the line with which flac begins. Format: flac's
/// src/flac/encode.c and decode.c, print_stats(); utils.c, stats_print_name().
struct FLACForm: LineForm {
    static let source = ProgressSource(rawValue: "flac")

    // Where a percentage stood before the backspaces, the line still counts as
    // one that has a `%`.
    let triggers = LineTriggers(prefixes: ["flac "], percent: true)

    private var isRunning = false
    private var file: String?

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
        let isEnd =
            cursor.take(text: "wrote ") && cursor.takeWhole() != nil
            && cursor.take(text: " bytes, ratio=") || cursor.take(text: "done")
            || cursor.take(text: "ok")
        if isEnd {
            guard let file, name.elementsEqual(file.utf8) else { return nil }
            self.file = nil
            return .progress(Progress(fraction: 1, message: file, source: Self.source))
        }
        if !cursor.take(text: "testing, ") { _ = cursor.take(text: "analyzing, ") }
        guard let number = cursor.takeWhole(), cursor.take("%"), cursor.take(text: " complete"),
            cursor.isAtEnd || cursor.take(text: ", ratio=")
        else { return nil }
        file = MessageText.text(name)
        return .progress(
            Progress(fraction: number.hundredth, message: file, source: Self.source))
    }
}
