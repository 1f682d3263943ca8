import JobModel

/// pv(1), in its usual format and those made with `-p`, `-t`, `-e`, `-r`, `-a`,
/// `-b`, `-T`, `-I`, `-l` and `-N`.
///
///     6.00MiB 0:00:02 [2.93MiB/s] [=========>         ] 50% ETA 0:00:02
///     big.bin: 10.0MiB 0:00:02 [3.66MiB/s] [=======>   ] 83% ETA 0:00:00
///      204k 0:00:01 [ 213k/s] [=========>         ] 51% ETA 0:00:00
///     6.00MiB 0:00:02 [2.97MiB/s] [   <=>             ]
///
/// Bytes come in powers of 1024 with an `i`; with `-l` lines in powers of 1000.
/// No total is printed. A time left of ten hours and more looks like the time of
/// day that `-I` prints, so neither is read; nor is 0, which is what pv begins
/// with. Several pv in a pipe are told apart by their names
/// (`-N`) and only one of them is followed (display.c, pv__format()). Numbers
/// alone (`-n`): see `PvNumbers`.
struct PvForm: LineForm {
    static let source = ProgressSource(rawValue: "pv")

    let triggers = LineTriggers(first: "0123456789", last: "]", percent: true)
    private var numbers = PvNumbers()
    private var followed: UInt64?
    private var othersSince = 0

    private struct Bar {
        var done: Double?
        var unit: String?
        var rate: Double?
        var fraction: Double?
        var eta: Double?
    }

    /// A longer name is none.
    private static let longestName = 128
    /// After so many lines of others, the one that was followed has ended.
    private static let patience = 3

    mutating func read(_ line: Line) -> Finding? {
        let bytes = line.bytes
        let last = bytes[bytes.count - 1]
        if Byte.isDigit(last), bytes.count - line.indent <= 3 {
            return numbers.read(line).map {
                .progress(Progress(fraction: $0, source: Self.source))
            }
        }
        // A bar or a speed, a percentage, or a time.
        guard last == Byte.of("]") || last == Byte.percent || Byte.isDigit(last) else { return nil }
        if let bar = Self.bar(line.cursor) { return follow(bar, name: nil) }
        // `name: ` before it; the name may have colons in it.
        var cursor = line.cursor
        let longest = min(bytes.count, line.indent + Self.longestName)
        while cursor.position < longest {
            if cursor.take(text: ": ") {
                let name = UnsafeRawBufferPointer(
                    rebasing: bytes[line.indent..<(cursor.position - 2)])
                if let bar = Self.bar(cursor) { return follow(bar, name: name) }
            } else {
                cursor.position += 1
            }
        }
        return nil
    }

    private mutating func follow(_ bar: Bar, name: UnsafeRawBufferPointer?) -> Finding {
        var hash = ShapeHash()
        if let name { for byte in name { hash.add(byte) } }
        if let followed, followed != hash.value, othersSince < Self.patience {
            othersSince += 1
            return .nothing
        }
        followed = hash.value
        othersSince = 0
        return .progress(
            Progress(
                fraction: bar.fraction, done: bar.done, unit: bar.unit,
                message: name.flatMap { MessageText.text($0) }, rate: bar.rate, etaSeconds: bar.eta,
                source: Self.source))
    }

    /// What pv shows, in its order; nil unless it shows a speed and how much or
    /// how long, or a bar with the time left.
    private static func bar(_ start: ByteCursor) -> Bar? {
        var cursor = start
        var bar = Bar()
        cursor.takeBlanks()
        let beginning = cursor
        if let done = cursor.takeSize(), cursor.isAtEnd || Byte.isBlank(cursor.next) {
            bar.done = done
            bar.unit = cursor.peek(-1) == Byte.of("B") ? "bytes" : "lines"
            cursor.takeBlanks()
        } else {
            cursor = beginning
        }
        if cursor.take("{") {
            while !cursor.isAtEnd, cursor.next != Byte.of("}") { cursor.position += 1 }
            guard cursor.take("}") else { return nil }
            cursor.takeBlanks()
        }
        let hasClock = cursor.takeClock() != nil
        cursor.takeBlanks()
        var speeds = 0
        while let rate = takeSpeed(&cursor) {
            if speeds == 0, rate > 0 { bar.rate = rate }
            speeds += 1
            cursor.takeBlanks()
        }
        let hasBar = takeBar(&cursor)
        cursor.takeBlanks()
        if let percentage = cursor.takeWhole() {
            guard hasBar, percentage.hundredth <= 1, cursor.take("%") else { return nil }
            bar.fraction = percentage.hundredth
            cursor.takeBlanks()
        }
        var hasTimeLeft = false
        while cursor.take(text: "eta ") {
            // With `-I` it is the time of day when all will be finished, where the
            // hour has two digits.
            let isTimeOfDay = Byte.isDigit(cursor.peek(1))
            guard let seconds = cursor.takeClock() else { return nil }
            if !hasTimeLeft, !isTimeOfDay, seconds > 0 { bar.eta = seconds }
            hasTimeLeft = true
            cursor.takeBlanks()
        }
        guard cursor.isAtEnd else { return nil }
        let isPlain = speeds > 0 && (bar.done != nil || hasClock)
        guard isPlain || (hasBar && bar.fraction != nil && hasTimeLeft) else { return nil }
        return bar
    }

    /// `[2.93MiB/s]`
    private static func takeSpeed(_ cursor: inout ByteCursor) -> Double? {
        let start = cursor
        guard cursor.take("[") else { return nil }
        cursor.takeBlanks()
        if let rate = cursor.takeSize(), cursor.take("/"), cursor.take("s"), cursor.take("]") {
            return rate
        }
        cursor = start
        return nil
    }

    /// `[====>    ]`, `[   <=>   ]`
    private static func takeBar(_ cursor: inout ByteCursor) -> Bool {
        let start = cursor
        guard cursor.take("[") else { return false }
        while cursor.next == Byte.of("=") || cursor.next == Byte.of(">")
            || cursor.next == Byte.of("<") || cursor.next == Byte.space
        {
            cursor.position += 1
        }
        if cursor.take("]") { return true }
        cursor = start
        return false
    }
}
