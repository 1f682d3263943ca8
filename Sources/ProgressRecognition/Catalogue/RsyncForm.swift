import JobModel

/// rsync(1): `--info=progress2` for the whole transfer, `--progress` (or
/// `-P`) for one file after the other.
///
///     8,523,136  56%    7.82MB/s    0:00:01
///     9,000,000  60%    8.25MB/s    0:00:01 (xfr#3, to-chk=2/6)
///
/// The time is what is left, except on the line that ends a file (the one with
/// `xfr#`), where it is what that file took: progress.c, rprint_progress().
/// The percentage may fall while rsync still finds files (`ir-chk`). With
/// `--progress` the name of the file stands in a line of its own before, and the
/// fraction is of that file.
struct RsyncForm: LineForm {
    static let source = ProgressSource(rawValue: "rsync")

    let triggers = LineTriggers(percent: true)

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard let done = Self.takeAmount(&cursor), cursor.takeBlanks() > 0,
            let percentage = cursor.takeWhole(), cursor.take("%"), cursor.takeBlanks() > 0,
            let rate = cursor.takeSize(kilo: 1024), cursor.take("/"), cursor.take("s"),
            cursor.takeBlanks() > 0
        else { return nil }
        let seconds = cursor.takeClock()
        guard seconds != nil || cursor.take(text: "??:??:??") else { return nil }
        cursor.takeBlanks()
        let isFileEnd = cursor.take(text: "(xf")
        return .progress(
            Progress(
                fraction: percentage.hundredth, done: done, unit: "bytes",
                rate: rate > 0 ? rate : nil,
                etaSeconds: isFileEnd || rate == 0 ? nil : seconds, source: Self.source))
    }

    /// `8,523,136`, or `8.52M` with `-h`.
    private static func takeAmount(_ cursor: inout ByteCursor) -> Double? {
        let start = cursor.position
        if let amount = cursor.takeGrouped(), Byte.isBlank(cursor.next) { return amount }
        cursor.position = start
        return cursor.takeSize()
    }
}
