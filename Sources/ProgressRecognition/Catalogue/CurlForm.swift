import JobModel

/// curl(1): the meter, that of several transfers at once (`-Z`), and the bar
/// (`-#`).
///
///     % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
///                                    Dload  Upload   Total   Spent    Left  Speed
///     48 3906k   48 1904k    0     0  1001k      0  0:00:03  0:00:01  0:00:02 1001k
///     65 --  1586k     0     2     1   0:00:04  0:00:03  0:00:01  494k
///     #########################                                    45.0%
///
/// From lib/progress.c, progress_meter(); src/tool_progress.c; and
/// src/tool_cb_prg.c. Sizes are in units of 1024, cut off. From curl 8.18 on they
/// are one column wider, and a time that is not known is blank. With a resumed
/// transfer everything is of what was left.
///
/// Trap: where the length is not known curl takes what has come for the whole,
/// so that the first column is 100, and the third 0, from the start.
struct CurlForm: LineForm {
    static let source = ProgressSource(rawValue: "curl")

    let triggers = LineTriggers(first: "#0123456789", afterDigits: " \t", prefixes: ["-- "])

    mutating func read(_ line: Line) -> Finding? {
        let reading =
            switch line.cursor.next {
            case Byte.of("#"): Self.bar(line)
            case Byte.of("-"): Self.parallel(line)
            default: Self.meter(line) ?? Self.parallel(line) ?? Self.bar(line)
            }
        return reading.map { .progress($0) }
    }

    /// A column that is a size and the blanks after it.
    private static func takeSize(_ cursor: inout ByteCursor) -> Double? {
        guard let size = cursor.takeSize(kilo: 1024), cursor.takeBlanks() > 0 else { return nil }
        return size
    }

    /// A column that is a percentage and the blanks after it.
    private static func takePercentage(_ cursor: inout ByteCursor) -> Decimal? {
        guard let number = cursor.takeWhole(), number.digits <= 100, cursor.takeBlanks() > 0
        else { return nil }
        return number
    }

    private enum Time {
        case unknown
        case seconds(Double)
    }

    /// A column that is a time: `0:00:03`, `--:--:--`, `12h 34m`, `3d 04h`.
    private static func takeTime(_ cursor: inout ByteCursor) -> Time? {
        if cursor.take(text: "--:--:--") { return .unknown }
        return (cursor.takeClock() ?? cursor.takeSpan()).map { .seconds($0) }
    }

    // MARK: The meter

    private static func meter(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard let percentage = takePercentage(&cursor), let total = takeSize(&cursor),
            let received = takePercentage(&cursor), let download = takeSize(&cursor),
            let sent = takePercentage(&cursor), let upload = takeSize(&cursor),
            takeSize(&cursor) != nil, takeSize(&cursor) != nil
        else { return nil }
        var times = 0
        var left: Double?
        while times < 3, let time = takeTime(&cursor) {
            times += 1
            // The last of three, or what stands in the last column.
            if case .seconds(let seconds) = time, times == 3 || cursor.position > Wide.lastTime {
                left = seconds
            }
            guard cursor.takeBlanks() > 0 else { return nil }
        }
        guard times == 3 || Wide.fits(line.bytes), let rate = cursor.takeSize(kilo: 1024),
            cursor.isAtEnd, line.isWhole || line.bytes.count >= Wide.width
        else { return nil }
        let isKnown =
            percentage.digits < 100
            ? total > 0
            : (received.digits == 100 || download == 0) && (sent.digits == 100 || upload == 0)
        return Progress(
            fraction: isKnown ? percentage.hundredth : nil, done: download + upload,
            total: isKnown ? total : nil, unit: "bytes", rate: rate.nonZero,
            etaSeconds: isKnown ? left : nil, source: source)
    }

    /// The columns of the meter since curl 8.18.
    private enum Wide {
        static let width = 77
        /// A time that ends behind this is in the last of the three columns.
        static let lastTime = 64
        private static let gaps = [3, 10, 14, 21, 25, 32, 39, 46, 54, 62, 70]
        private static let ends = [2, 9, 13, 20, 24, 31, 38, 45, 76]

        static func fits(_ bytes: UnsafeRawBufferPointer) -> Bool {
            bytes.count == width && gaps.allSatisfy { bytes[$0] == Byte.space }
                && ends.allSatisfy { bytes[$0] != Byte.space }
        }
    }

    // MARK: Several at once

    private static func parallel(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard let received = takeShare(&cursor), let sent = takeShare(&cursor),
            let download = takeSize(&cursor), let upload = takeSize(&cursor),
            takeCount(&cursor), takeCount(&cursor)
        else { return nil }
        let start = cursor.position
        // Some versions count those that wait, too.
        if !takeCount(&cursor) { cursor.position = start }
        guard takeTime(&cursor) != nil, cursor.takeBlanks() > 0, takeTime(&cursor) != nil,
            cursor.takeBlanks() > 0, let left = takeTime(&cursor), cursor.takeBlanks() > 0,
            let rate = cursor.takeSize(kilo: 1024), cursor.isAtEnd
        else { return nil }
        var fraction: Double?
        if case .known(let share) = received {
            fraction = share
        } else if case .known(let share) = sent, download == 0 {
            fraction = share
        }
        var eta: Double?
        if case .seconds(let seconds) = left { eta = seconds }
        return Progress(
            fraction: fraction, done: download + upload, unit: "bytes",
            rate: rate.nonZero, etaSeconds: eta, source: source)
    }

    private enum Share {
        case unknown
        case known(Double)
    }

    /// A column that is a percentage or `--`.
    private static func takeShare(_ cursor: inout ByteCursor) -> Share? {
        if cursor.take(text: "--") { return cursor.takeBlanks() > 0 ? .unknown : nil }
        return takePercentage(&cursor).map { .known($0.hundredth) }
    }

    private static func takeCount(_ cursor: inout ByteCursor) -> Bool {
        cursor.takeWhole() != nil && cursor.takeBlanks() > 0
    }

    // MARK: The bar

    /// The bar's length must be what the number says.
    private static func bar(_ line: Line) -> Progress? {
        guard line.bytes.count >= 20, line.bytes.last == Byte.percent else { return nil }
        var cursor = ByteCursor(line.bytes)
        while cursor.next == Byte.of("#") { cursor.position += 1 }
        let length = cursor.position
        guard cursor.takeBlanks() > 0, let number = cursor.takeDecimal(), number.scale == 1,
            number.hundredth <= 1, cursor.take("%"), cursor.isAtEnd
        else { return nil }
        // The number takes five columns, and a blank and the sign one each.
        let expected = Double(line.bytes.count - 7) * number.hundredth
        guard abs(expected - Double(length)) <= 1 else { return nil }
        return Progress(fraction: number.hundredth, source: source)
    }
}
