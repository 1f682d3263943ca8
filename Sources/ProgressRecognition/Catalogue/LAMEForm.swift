import JobModel

/// lame(1): frames encoded, above a histogram that it redraws.
///
///     Encoding a.wav to a.mp3
///       500/3751   (13%)|    0:00/    0:05|    0:00/    0:05|   16.734x|    0:04
///
/// The last column is the time left. Until the length of the input is known
/// there is no total (`0/       ( 0%)|`), and nothing is read. Format: lame's
/// frontend/timestatus.c, timestatus().
struct LAMEForm: LineForm {
    static let source = ProgressSource(rawValue: "lame")

    let triggers = LineTriggers(prefixes: ["LAME ", "Encoding "], percent: true)

    /// Whether the lines with which it begins are being printed.
    private var isBeginning = false
    private var files: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard Byte.isDigit(cursor.next) else {
            if cursor.take(text: "lame "), Byte.isDigit(cursor.next) {
                isBeginning = true
                files = nil
            } else if isBeginning, files == nil, cursor.take(text: "encoding ") {
                files = MessageText.text(cursor.rest)
            }
            return nil
        }
        guard let done = cursor.takeWhole(), cursor.take("/") else { return nil }
        let total = cursor.takeWhole()
        cursor.takeBlanks()
        guard cursor.take("(") else { return nil }
        cursor.takeBlanks()
        guard cursor.takeWhole() != nil, cursor.take(text: "%)|"), cursor.take(past: "x|")
        else { return nil }
        isBeginning = false
        guard let total else { return .nothing }
        cursor.takeBlanks()
        let left = cursor.takeClock()
        return .progress(
            Progress(
                done: done.value, total: total.value, unit: "frames", message: files,
                // Zero at the very beginning, too, where it is not known.
                etaSeconds: done.digits > 0 ? left : nil, source: Self.source))
    }
}
