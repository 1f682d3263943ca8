import JobModel

/// yt-dlp and youtube-dl, with or without `--newline`.
///
///     [download] Destination: a.f137.mp4
///     [download]  52.4% of    1.91MiB at 1022.83KiB/s ETA 00:30
///     [download]  12.0% of ~  45.67MiB at    1.20MiB/s ETA 00:30 (frag 3/50)
///     [download]  511.00KiB at 1014.87KiB/s (00:00:00)
///     [download] 100% of    1.91MiB in 00:00:01 at 983.90KiB/s
///
/// From downloader/common.py, report_progress(). Units are of 1024. How many
/// bytes are done is not printed where the total is, and a total after `~` is an
/// estimate, so they are left out. One 0–100 for each file: pictures and sound
/// may be two, joined afterwards.
struct YtDlpForm: LineForm {
    static let source = ProgressSource(rawValue: "yt-dlp")

    let triggers = LineTriggers(prefixes: ["[download] ", "[merger] ", "[extractaudio] "])

    private var name: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(text: "[download] ") {
            let start = cursor.position
            if cursor.takeBlanks() >= 0, Byte.isDigit(cursor.next) {
                return progress(&cursor).map { .progress($0) }
            }
            cursor.position = start
            return line.isWhole ? event(&cursor) : nil
        }
        guard line.isWhole else { return nil }
        if cursor.take(text: "[merger] merging formats") {
            return .progress(Progress(message: "Merging formats", source: Self.source))
        }
        if cursor.take(text: "[extractaudio] destination: ") {
            return .progress(Progress(message: "Extracting audio", source: Self.source))
        }
        return nil
    }

    private mutating func event(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        if cursor.take(text: "destination: ") {
            name = MessageText.text(cursor.rest)
            return .phase(name, Self.source)
        }
        guard cursor.take(text: "downloading item "), cursor.takeWhole() != nil,
            cursor.take(text: " of "), cursor.takeWhole() != nil, cursor.isAtEnd
        else { return nil }
        name = nil
        return .phase(MessageText.text(cursor.taken(since: start)), Self.source)
    }

    private func progress(_ cursor: inout ByteCursor) -> Progress? {
        let start = cursor.position
        guard let percentage = cursor.takeDecimal(), cursor.take("%") else {
            cursor.position = start
            return unknown(&cursor)
        }
        var total: Double?
        if cursor.take(text: " of ") {
            cursor.takeBlanks()
            let isEstimate = cursor.take("~")
            cursor.takeBlanks()
            guard let size = cursor.takeSize(kilo: 1024) else { return nil }
            if !isEstimate { total = size }
        }
        if percentage.digits == 100, cursor.isAtEnd || cursor.take(text: " in ") {
            return Progress(
                fraction: 1, done: total, total: total, unit: total.map { _ in "bytes" },
                message: name, source: Self.source)
        }
        guard cursor.take(text: " at "), let rate = Self.takeRate(&cursor),
            cursor.take(text: " eta ")
        else { return nil }
        let eta = cursor.takeClock()
        guard eta == nil ? cursor.take(text: "unknown") : cursor.peek(-3) == Byte.of(":") else {
            return nil
        }
        // Without a rate of its own, one worked out would be of the fraction.
        guard rate > 0 else {
            return Progress(
                fraction: percentage.hundredth, message: name, etaSeconds: eta?.nonZero,
                source: Self.source)
        }
        return Progress(
            fraction: percentage.hundredth, total: total, unit: "bytes", message: name,
            rate: rate, etaSeconds: eta?.nonZero, source: Self.source)
    }

    /// `511.00KiB at 1014.87KiB/s (00:00:00)`
    private func unknown(_ cursor: inout ByteCursor) -> Progress? {
        guard let done = cursor.takeSize(kilo: 1024), cursor.take(text: " at "),
            let rate = Self.takeRate(&cursor), cursor.isAtEnd || cursor.take(text: " (")
        else { return nil }
        return Progress(
            done: done, unit: "bytes", message: name, rate: rate.nonZero,
            source: Self.source)
    }

    /// `1014.87KiB/s`, or zero for `Unknown B/s`.
    private static func takeRate(_ cursor: inout ByteCursor) -> Double? {
        cursor.takeBlanks()
        if cursor.take(text: "unknown b/s") || cursor.take(text: "unknown speed") { return 0 }
        guard let rate = cursor.takeSize(kilo: 1024), cursor.take(text: "/s") else { return nil }
        return rate
    }
}
