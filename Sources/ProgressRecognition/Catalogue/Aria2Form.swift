import JobModel

/// aria2c: its readout and, every minute or so, its summary.
///
///     11/22 22:40:11 [NOTICE] Downloading 1 item(s)
///     [#2089b0 400.0KiB/33.2MiB(1%) CN:1 DL:115.7KiB ETA:4m51s]
///     FILE: /downloads/a.iso
///     [DL:1.9MiB][#97643b 0.9MiB/2.3MiB(39%)][#8a8476 0.9MiB/4.2MiB(22%)]
///     11/22 22:40:15 [NOTICE] Download complete: /downloads/a.iso
///
/// From ConsoleStatCalc.cc. Units are of 1024; `0B` is a total that is not known.
/// Of several downloads the fraction is of all of them, each counting the same:
/// the bytes of those that wait or are finished are not shown. While they run
/// at once the lines of a summary say no more than the readout.
struct Aria2Form: LineForm {
    static let source = ProgressSource(rawValue: "aria2c")

    let triggers = LineTriggers(first: "[0123456789", afterDigits: "/", prefixes: ["file: "])

    private var items = 1.0
    private var completed = 0.0
    /// Whether the newest readout was of several.
    private var isCompact = false
    private var total: Double?
    private var name: String?

    private struct Entry {
        var fraction: Double?
        var done: Double
        var total: Double?
    }

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take("[") {
            return readout(&cursor, line)
        } else if cursor.take(text: "file: ") {
            if items == 1 { name = Self.fileName(cursor.rest) }
        } else if cursor.peek(2) == Byte.of("/"), line.isWhole {
            return notice(line)
        }
        return nil
    }

    // MARK: Notices

    /// `11/22 22:40:11 [NOTICE] …`
    private mutating func notice(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.takeWhole() != nil, cursor.take("/"), cursor.takeWhole() != nil,
            cursor.takeBlanks() == 1, cursor.takeClock() != nil, cursor.take(text: " [notice] ")
        else { return nil }
        if cursor.take(text: "downloading "), let count = cursor.takeWhole(),
            cursor.take(text: " item(s)")
        {
            self = Aria2Form()
            items = max(count.value, 1)
        } else if cursor.take(text: "download complete: ") {
            completed += 1
            isCompact = false
            guard completed >= items else { return nil }
            let isOnly = items == 1
            return .progress(
                Progress(
                    fraction: 1, done: isOnly ? total : nil, total: isOnly ? total : nil,
                    unit: isOnly && total != nil ? "bytes" : nil,
                    message: isOnly ? Self.fileName(cursor.rest) : nil, source: Self.source))
        }
        return nil
    }

    private static func fileName(_ path: UnsafeRawBufferPointer) -> String? {
        let start = path.lastIndex(of: Byte.of("/")).map { $0 + 1 } ?? 0
        return MessageText.text(UnsafeRawBufferPointer(rebasing: path[start...]))
    }

    // MARK: The readout

    private mutating func readout(_ cursor: inout ByteCursor, _ line: Line) -> Finding? {
        switch cursor.next {
        case Byte.of("#"):
            return single(&cursor)
        case Byte.of("D"):
            return compact(&cursor)
        case Byte.of("F"), Byte.of("C"):
            cursor.position -= 1
            return preparation(&cursor).map { .progress($0) }
        default:
            return nil
        }
    }

    /// `#2089b0 400.0KiB/33.2MiB(1%) CN:1 DL:115.7KiB ETA:4m51s]`
    private mutating func single(_ cursor: inout ByteCursor) -> Finding? {
        guard let entry = Self.takeEntry(&cursor) else { return nil }
        guard cursor.take(text: " cn:"), cursor.takeWhole() != nil else { return nil }
        if cursor.take(text: " sd:"), cursor.takeWhole() == nil { return nil }
        var rate: Double?
        if cursor.take(text: " dl:") { rate = Self.takeSize(&cursor) }
        if cursor.take(text: " ul:") {
            guard Self.takeSize(&cursor) != nil, cursor.take("("),
                Self.takeSize(&cursor) != nil, cursor.take(")")
            else { return nil }
        }
        var eta: Double?
        if cursor.take(text: " eta:") { eta = cursor.takeSpan() }
        guard cursor.take("]") else { return nil }
        if let preparation = preparation(&cursor) { return .progress(preparation) }
        guard items == 1 else {
            // A summary's line, while others run.
            if isCompact, items - completed > 1 { return .nothing }
            return .progress(share(of: [entry]))
        }
        total = entry.total
        return .progress(
            Progress(
                fraction: entry.fraction, done: entry.done, total: entry.total, unit: "bytes",
                message: name, rate: rate?.nonZero, etaSeconds: eta,
                source: Self.source))
    }

    /// `DL:1.9MiB][#97643b 0.9MiB/2.3MiB(39%)][#8a8476 0.9MiB/4.2MiB(22%)]`
    private mutating func compact(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.take(text: "dl:"), Self.takeSize(&cursor) != nil else { return nil }
        if cursor.take(text: " ul:"), Self.takeSize(&cursor) == nil { return nil }
        guard cursor.take("]") else { return nil }
        var entries: [Entry] = []
        while cursor.next == Byte.of("["), cursor.peek(1) == Byte.of("#") {
            cursor.position += 1
            guard let entry = Self.takeEntry(&cursor), cursor.take("]") else { break }
            entries.append(entry)
        }
        guard !entries.isEmpty else { return nil }
        isCompact = entries.count > 1
        items = max(items, completed + Double(entries.count))
        return .progress(share(of: entries))
    }

    /// How far all downloads together are.
    private func share(of entries: [Entry]) -> Progress {
        let running = entries.reduce(0) { $0 + ($1.fraction ?? 0) }
        return Progress(fraction: (completed + running) / items, source: Self.source)
    }

    /// `[FileAlloc:#2089b0 12MiB/33MiB(36%)]`, `[Checksum:#…]`, after which
    /// others may wait: `(+2)`.
    private func preparation(_ cursor: inout ByteCursor) -> Progress? {
        cursor.takeBlanks()
        let message: String
        if cursor.take(text: "[filealloc:") {
            message = "allocating"
        } else if cursor.take(text: "[checksum:") {
            message = "verifying"
        } else {
            return nil
        }
        guard let entry = Self.takeEntry(&cursor), cursor.take("]") else { return nil }
        return Progress(
            fraction: entry.fraction, done: entry.done, total: entry.total, unit: "bytes",
            message: message, source: Self.source)
    }

    /// `#2089b0 400.0KiB/33.2MiB(1%)`
    private static func takeEntry(_ cursor: inout ByteCursor) -> Entry? {
        guard cursor.take("#") else { return nil }
        let start = cursor.position
        while Byte.isDigit(cursor.next) || Byte.isLetter(cursor.next) { cursor.position += 1 }
        guard cursor.position - start == 6, cursor.take(" "), let done = takeSize(&cursor),
            cursor.take("/"), let total = takeSize(&cursor)
        else { return nil }
        guard cursor.take("(") else { return Entry(done: done) }
        guard let percentage = cursor.takeWhole(), cursor.take(text: "%)") else { return nil }
        return Entry(fraction: percentage.hundredth, done: done, total: total > 0 ? total : nil)
    }

    /// A size; from a TiB on `1,536GiB`.
    private static func takeSize(_ cursor: inout ByteCursor) -> Double? {
        let start = cursor.position
        if let size = cursor.takeSize(kilo: 1024), cursor.next != Byte.of(",") { return size }
        cursor.position = start
        guard let number = cursor.takeGrouped() else { return nil }
        return cursor.take(text: "gib") ? number * 1_073_741_824 : nil
    }
}
