import JobModel

/// GNU Wget: rows of dots, which it prints into a pipe, and the bar, which it
/// draws on a terminal.
///
///     Length: 3000000 (2.9M) [application/octet-stream]
///     Saving to: ‘a.bin’
///      1000K .......... .......... .......... .......... .......... 35%  939K 1s
///     a.bin      45%[========>           ]   1.29M  1.43MB/s    eta 2s
///     a.bin         [   <=>              ] 333.38K   513KB/s
///
/// From progress.c: print_row_stats() and create_image(). Units are of 1024. A
/// row is printed when it is full, so the number at its start is of where it
/// begins; how much a dot stands for (`--progress=dot:STYLE`) follows from two
/// rows. The rate in a row is of that row alone, and no measure: it is left to
/// be worked out. The total is the `Length:`, which `-q` leaves out.
struct WgetForm: LineForm {
    static let source = ProgressSource(rawValue: "wget")

    let triggers = LineTriggers(
        first: "0123456789", afterDigits: "K", prefixes: ["length: ", "saving to: "],
        isRedrawn: true)

    private var total: Double?
    private var name: [UInt8] = []
    private var row: Row?

    private struct Row {
        /// Where it begins, in bytes.
        var start: Double
        var dots: Double
    }

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        let first = cursor.next
        if Byte.isDigit(first), let reading = dots(line) { return .progress(reading) }
        if let reading = bar(line) { return .progress(reading) }
        guard line.isWhole else { return nil }
        if cursor.take(text: "length: ") {
            begin()
            total = cursor.takeWhole()?.value
        } else if cursor.take(text: "saving to: ") {
            name.append(contentsOf: Self.unquoted(cursor.rest).prefix(MessageText.limit))
        }
        return nil
    }

    /// Forgets the download before.
    private mutating func begin() {
        total = nil
        row = nil
        name.removeAll(keepingCapacity: true)
    }

    /// The text without the quotation marks of the locale around it.
    private static func unquoted(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard let first = text.first else { return text }
        let mark = first >= 0x80 ? 3 : 1
        guard text.count > 2 * mark else { return text }
        return UnsafeRawBufferPointer(rebasing: text[mark..<(text.count - mark)])
    }

    // MARK: Dots

    private mutating func dots(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard let kilobytes = cursor.takeWhole(), cursor.next == Byte.of("K"),
            cursor.peek(1) == Byte.space
        else { return nil }
        cursor.position += 1
        let start = kilobytes.value * 1024
        var now = Row(start: start, dots: 0)
        var cluster = 0.0
        var columns = 0
        while !cursor.isAtEnd {
            if cursor.next == Byte.of(".") || cursor.next == Byte.of(",") {
                now.dots += 1
            } else if cursor.next == Byte.space {
                if cluster == 0 { cluster = now.dots }
            } else {
                break
            }
            columns += 1
            cursor.position += 1
        }
        guard columns > 20 else { return nil }
        let numberStart = cursor.position
        var percentage = cursor.takeWhole()
        if percentage == nil || !cursor.take("%") {
            percentage = nil
            cursor.position = numberStart
        }
        cursor.takeBlanks()
        guard cursor.takeSize(kilo: 1024) != nil, line.isWhole || percentage != nil else {
            return nil
        }
        cursor.takeBlanks()
        let isLast = cursor.take("=")
        let seconds = cursor.takeSpan()?.nonZero
        guard cursor.isAtEnd else { return nil }
        var done = dotSize(of: now, cluster: cluster).map { start + now.dots * $0 }
        if let total, percentage?.digits == 100 { done = total }
        row = isLast ? nil : now
        let message = name.withUnsafeBytes { MessageText.text($0) }
        guard let done else {
            return Progress(
                fraction: percentage?.hundredth, message: message, etaSeconds: seconds,
                source: Self.source)
        }
        return Progress(
            fraction: percentage?.hundredth, done: min(done, total ?? done), total: total,
            unit: "bytes", message: message, etaSeconds: isLast ? nil : seconds,
            source: Self.source)
    }

    /// How many bytes a dot stands for: as the row before tells, or one KiB in
    /// the default style, the only one with ten dots in a cluster.
    private func dotSize(of now: Row, cluster: Double) -> Double? {
        if let row, row.dots > 0, now.start > row.start {
            return (now.start - row.start) / row.dots
        }
        return cluster == 10 ? 1024 : nil
    }

    // MARK: The bar

    private func bar(_ line: Line) -> Progress? {
        let bytes = line.bytes
        let before = bytes[max(bytes.count - 2, 0)]
        guard bytes.count > 30, before == Byte.of("/") || Byte.isDigit(before),
            let end = bytes.lastIndex(of: Byte.of("]"))
        else { return nil }
        var start = end - 1
        while start > 0, Self.isInk(bytes[start]) { start -= 1 }
        guard start > 4, bytes[start] == Byte.of("["), end - start > 3 else { return nil }
        // The name's column, a blank, and four columns for the percentage.
        let nameEnd = start - 5
        var fraction: Double?
        if bytes[start - 1] == Byte.percent {
            var cursor = ByteCursor(bytes, at: start - 4)
            cursor.takeBlanks()
            guard let percentage = cursor.takeWhole(), cursor.position == start - 1 else {
                return nil
            }
            fraction = percentage.hundredth
        } else {
            guard bytes[(start - 4)..<start].allSatisfy({ $0 == Byte.space }) else { return nil }
        }
        var cursor = ByteCursor(bytes, at: end + 1)
        guard cursor.takeBlanks() > 0, let done = cursor.takeSize(kilo: 1024),
            cursor.takeBlanks() > 0
        else { return nil }
        let rate = cursor.takeSize(kilo: 1024)
        guard rate == nil ? cursor.take(text: "--.-kb/s") : cursor.take(text: "/s") else {
            return nil
        }
        cursor.takeBlanks()
        var eta: Double?
        if cursor.take(text: "eta ") {
            eta = cursor.takeSpan()
        } else if cursor.take(text: "in ") {
            _ = cursor.takeSpan()
        }
        guard cursor.isAtEnd else { return nil }
        let isEnd = fraction == 1
        return Progress(
            fraction: fraction, done: isEnd ? total ?? done : done, total: total, unit: "bytes",
            message: message(in: bytes, end: nameEnd),
            rate: rate?.nonZero, etaSeconds: eta?.nonZero, source: Self.source)
    }

    /// The name that was announced, or else the one before the bar if its
    /// column shows all of it.
    private func message(in bytes: UnsafeRawBufferPointer, end: Int) -> String? {
        if !name.isEmpty { return name.withUnsafeBytes { MessageText.text($0) } }
        guard end > 0, bytes[end - 1] == Byte.space else { return nil }
        return MessageText.text(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    }

    private static func isInk(_ byte: UInt8) -> Bool {
        switch byte {
        case Byte.space, Byte.of("="), Byte.of("+"), Byte.of("<"), Byte.of(">"): true
        default: false
        }
    }
}
