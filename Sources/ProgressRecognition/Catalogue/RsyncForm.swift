import JobModel

/// rsync(1): `--info=progress2` for the whole transfer, `--progress` (or
/// `-P`) for one file after the other.
///
///     sending incremental file list
///     photos/a.raw
///           8,523,136  56%    7.82MB/s    0:00:01
///           9,000,000 100%    8.25MB/s    0:00:01 (xfr#3, to-chk=2/6)
///
/// The time is what is left, except on the line that ends a file (the one with
/// `xfr#`), where it is what that file took: progress.c, rprint_progress().
/// Rates are in units of 1024; with `-h` amounts are in units of 1000, with
/// `-hh` of 1024, which only the size of the first block read, 32 KiB, tells
/// apart. The percentage may fall while rsync still finds files (`ir-chk`).
///
/// With `--progress` the name of the file stands in a line of its own before,
/// and the fraction is of that file; `to-chk` counts directories and files that
/// need no transfer, too, so it says nothing about the bytes to come.
struct RsyncForm: LineForm {
    static let source = ProgressSource(rawValue: "rsync")

    let triggers = LineTriggers(
        prefixes: ["sending incremental", "receiving incremental", "building file list"],
        percent: true)

    /// From the list's header to the summary, any line may be a file's name.
    static let mayBeAttentive = true
    private(set) var isAttentive = false
    private var name: [UInt8] = []
    /// What `K` stands for in amounts.
    private var kilo = 1000.0

    mutating func read(_ line: Line) -> Finding? {
        if Byte.isDigit(line.cursor.next), let reading = progress(line) {
            return .progress(reading)
        }
        if line.isWhole, !line.isRedrawn, line.indent == 0 { note(line) }
        return nil
    }

    /// Keeps a line that may be the name of the file that follows.
    private mutating func note(_ line: Line) {
        var cursor = line.cursor
        if Self.takeHeader(&cursor) {
            isAttentive = true
            name.removeAll(keepingCapacity: true)
            kilo = 1000
        } else if isAttentive {
            name.removeAll(keepingCapacity: true)
            if cursor.take(text: "sent "), Byte.isDigit(cursor.next) {
                isAttentive = false
            } else {
                name.append(contentsOf: line.bytes.prefix(MessageText.limit))
            }
        }
    }

    private static func takeHeader(_ cursor: inout ByteCursor) -> Bool {
        cursor.take(text: "sending incremental file list")
            || cursor.take(text: "receiving incremental file list")
            || cursor.take(text: "building file list ...")
    }

    private mutating func progress(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard let done = takeAmount(&cursor), cursor.takeBlanks() > 0,
            let percentage = cursor.takeWhole(), cursor.take("%"), cursor.takeBlanks() > 0,
            let rate = cursor.takeSize(kilo: 1024), cursor.take("/"), cursor.take("s"),
            cursor.takeBlanks() > 0
        else { return nil }
        let seconds = cursor.takeClock()
        guard seconds == nil ? cursor.take(text: "??:??:??") : cursor.peek(-3) == Byte.of(":")
        else { return nil }
        cursor.takeBlanks()
        let isFileEnd = cursor.take(text: "(xf")
        guard isFileEnd || cursor.isAtEnd else { return nil }
        return Progress(
            fraction: percentage.hundredth, done: done, unit: "bytes",
            message: name.withUnsafeBytes { MessageText.text($0) }, rate: rate.nonZero,
            etaSeconds: isFileEnd || rate == 0 ? nil : seconds?.nonZero, source: Self.source)
    }

    /// `8,523,136`, or `8.52M` with `-h`.
    private mutating func takeAmount(_ cursor: inout ByteCursor) -> Double? {
        let start = cursor.position
        if let amount = cursor.takeGrouped(), Byte.isBlank(cursor.next) { return amount }
        cursor.position = start
        if let number = cursor.takeDecimal(), number.scale == 2, cursor.next == Byte.of("K") {
            if number.digits == 3200 { kilo = 1024 }
            if number.digits == 3277 { kilo = 1000 }
        }
        cursor.position = start
        return cursor.takeSize(kilo: kilo)
    }
}
