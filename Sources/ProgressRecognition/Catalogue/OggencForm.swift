import JobModel

/// oggenc(1) of vorbis-tools.
///
///     Encoding "a.wav" to
///     [ 42.3%] [ 0m03s remaining] |
///     Done encoding file "a.ogg"
///
/// Without a known length it prints `Encoding [ 0m03s so far]`, which tells
/// nothing. Format: vorbis-tools, oggenc/encode.c, update_statistics_full().
struct OggencForm: LineForm {
    static let source = ProgressSource(rawValue: "oggenc")

    let triggers = LineTriggers(
        isBracketed: true, prefixes: ["Encoding \"", "Done encoding file \""])

    private var file: String?
    private var isRunning = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take("[") {
            cursor.takeBlanks()
            guard let number = cursor.takeDecimal(), cursor.take(text: "%] ["),
                cursor.takeBlanks() >= 0, let left = cursor.takeSpan(),
                cursor.take(text: " remaining]")
            else { return nil }
            isRunning = true
            return .progress(
                Progress(
                    fraction: number.hundredth, message: file, etaSeconds: left,
                    source: Self.source))
        }
        if cursor.take(text: "encoding \"") {
            let start = cursor.position
            guard cursor.take(past: "\" to") else { return nil }
            file = MessageText.text(
                UnsafeRawBufferPointer(rebasing: cursor.taken(since: start).dropLast(4)))
        } else if isRunning, cursor.take(text: "done encoding file \"") {
            isRunning = false
            return .progress(Progress(fraction: 1, message: file, source: Self.source))
        }
        return nil
    }
}
