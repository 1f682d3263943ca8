import JobModel

/// ddrescue(1) of GNU.
///
///     opos:    7012 kB, non-scraped:        0 B,  average rate:   7012 kB/s
///     rescued:    7012 kB,   bad areas:        0,        run time:          1s
///     pct rescued:   22.29%, read errors:        0,  remaining time:          4s
///     Copying non-tried blocks... Pass 1 (forwards)
///
/// Six lines are drawn again and again; the percentage is the last of what is
/// read from them, so the reading is made there, with the bytes and the rate of
/// the lines before it. The kilo is 1000, or 1024 with `-b` (`KiB`). The message
/// is the phase, which stands below (rescuebook.cc, Rescuebook::show_status()).
struct DdrescueForm: LineForm {
    static let source = ProgressSource(rawValue: "ddrescue")

    let triggers = LineTriggers(prefixes: [
        "opos: ", "rescued: ", "pct rescued: ", "copying non-tried", "trimming failed",
        "scraping failed", "retrying bad",
    ])
    private static let phases: [StaticString] = [
        "copying non-tried blocks...", "trimming failed blocks...", "scraping failed blocks...",
        "retrying bad sectors...",
    ]
    private var done: Double?
    private var rate: Double?
    private var phase: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(text: "opos: ") {
            rate = Self.value(after: "average rate: ", in: line.bytes)
        } else if cursor.take(text: "rescued: ") {
            cursor.takeBlanks()
            done = cursor.takeSize()
        } else if cursor.take(text: "pct rescued: ") {
            cursor.takeBlanks()
            guard let done, let percentage = cursor.takeDecimal(), cursor.take(text: "%, ") else {
                return nil
            }
            self.done = nil
            return .progress(
                Progress(
                    fraction: percentage.hundredth, done: done, unit: "bytes", message: phase,
                    rate: rate.flatMap { $0 > 0 ? $0 : nil },
                    etaSeconds: Self.timeLeft(in: line.bytes), source: Self.source))
        } else if line.isRedrawn, rate != nil {
            for text in Self.phases where cursor.take(text: text) {
                phase = MessageText.text(line.cursor.rest)
                break
            }
        }
        return nil
    }

    private static func value(after label: StaticString, in bytes: UnsafeRawBufferPointer)
        -> Double?
    {
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd, !cursor.take(text: label) { cursor.position += 1 }
        cursor.takeBlanks()
        return cursor.takeSize()
    }

    private static func timeLeft(in bytes: UnsafeRawBufferPointer) -> Double? {
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd, !cursor.take(text: "remaining time: ") { cursor.position += 1 }
        return cursor.takeSpan()
    }
}
