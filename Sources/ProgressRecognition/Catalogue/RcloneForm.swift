import JobModel

/// rclone(1): `--progress`, `-v --stats 1s`, and either with
/// `--stats-one-line`.
///
///     Transferred:   	    2.086 MiB / 5.245 MiB, 40%, 2.086 MiB/s, ETA 1s
///     Checks:                 5 / 10, 50%
///     Transferring:
///      *                                    a.bin: 23% /2.861Mi, 695.635Ki/s, 1s
///     2026/11/22 22:45:05 INFO  :     2.117 MiB / 5.245 MiB, 40%, 0 B/s, ETA -
///
/// From fs/accounting/stats.go, StatsInfo.String(). Units are of 1024. The
/// total grows while rclone still lists. While there is nothing to transfer, the
/// files checked are counted. The message is the first file of those in work.
struct RcloneForm: LineForm {
    static let source = ProgressSource(rawValue: "rclone")

    let triggers = LineTriggers(
        prefixes: ["transferred: ", "transferring:", "checks: "], percent: true)

    private var isTransferring = false
    /// Whether the next file is the first of those in work.
    private var expectsFile = false
    private var name: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("T"):
            if cursor.take(text: "transferred:") { return transferred(&cursor) }
            if cursor.take(text: "transferring:"), cursor.isAtEnd { expectsFile = true }
            return nil
        case Byte.of("C"):
            return cursor.take(text: "checks:") ? checks(&cursor) : nil
        case Byte.of("*"):
            return file(line)
        case let byte where Byte.isDigit(byte):
            return oneLine(&cursor)
        default:
            return nil
        }
    }

    private mutating func transferred(_ cursor: inout ByteCursor) -> Finding? {
        expectsFile = false
        guard cursor.takeBlanks() > 0 else { return nil }
        let start = cursor.position
        if let reading = bytes(&cursor) { return reading }
        cursor.position = start
        // The files transferred, of those found so far.
        guard cursor.takeWhole() != nil, cursor.take(text: " / "), cursor.takeWhole() != nil,
            cursor.take(",")
        else { return nil }
        return .nothing
    }

    /// `2.086 MiB / 5.245 MiB, 40%, 2.086 MiB/s, ETA 1s`
    private mutating func bytes(_ cursor: inout ByteCursor) -> Finding? {
        guard let done = cursor.takeSize(kilo: 1024), cursor.take(text: " / "),
            let total = cursor.takeSize(kilo: 1024), cursor.take(text: ", ")
        else { return nil }
        let percentage = cursor.takeWhole()
        guard cursor.take(percentage == nil ? "-" : "%"), cursor.take(text: ", "),
            let rate = cursor.takeSize(kilo: 1024), cursor.take(text: "/s, eta ")
        else { return nil }
        let eta = cursor.takeSpan()
        guard eta != nil || cursor.take("-") || Byte.isDigit(cursor.next) else { return nil }
        guard let percentage else {
            isTransferring = false
            return .nothing
        }
        isTransferring = true
        return .progress(
            Progress(
                fraction: percentage.hundredth, done: done, total: total, unit: "bytes",
                message: name, rate: rate.nonZero, etaSeconds: rate > 0 ? eta?.nonZero : nil,
                source: Self.source))
    }

    /// `5 / 10, 50%`
    private func checks(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.takeBlanks() > 0, let done = cursor.takeWhole(), cursor.take(text: " / "),
            let total = cursor.takeWhole(), cursor.take(text: ", ")
        else { return nil }
        guard !isTransferring, total.digits > 0 else { return .nothing }
        return .progress(
            Progress(
                done: done.value, total: total.value, unit: "files", message: "checking",
                source: Self.source))
    }

    /// ` *   a.bin: 23% /2.861Mi, 695.635Ki/s, 1s`. Into a pipe nothing ends the
    /// last of them: the next `Transferred:` follows.
    private mutating func file(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard line.indent == 1, cursor.take("*"), cursor.takeBlanks() > 0 else { return nil }
        let start = cursor.position
        guard let colon = Self.colon(of: cursor.rest) else { return nil }
        // The next `Transferred:` may still come.
        guard line.isWhole else { return .nothing }
        cursor.position = start + colon
        var isNew = false
        if expectsFile, let name = MessageText.text(cursor.taken(since: start)) {
            isNew = name != self.name
            self.name = name
        }
        expectsFile = false
        while !cursor.isAtEnd {
            if cursor.next == Byte.of("T"), cursor.take(text: "transferred:") {
                return transferred(&cursor)
            }
            cursor.position += 1
        }
        return isNew ? .progress(Progress(message: name, source: Self.source)) : .nothing
    }

    /// Where the name ends: at the colon before the percentage.
    private static func colon(of text: UnsafeRawBufferPointer) -> Int? {
        guard let sign = text.firstIndex(of: Byte.percent) else { return nil }
        var place = sign
        while place > 0, Byte.isDigit(text[place - 1]) || text[place - 1] == Byte.space {
            place -= 1
        }
        guard place > 1, text[place - 1] == Byte.of(":"), text.count > sign + 2,
            text[sign + 2] == Byte.of("/")
        else { return nil }
        return place - 1
    }

    /// With or without `2026/11/22 22:45:05 INFO  :` before it.
    private mutating func oneLine(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        if cursor.takeWhole() != nil, cursor.take("/") {
            guard cursor.takeWhole() != nil, cursor.take("/"), cursor.takeWhole() != nil,
                cursor.takeBlanks() == 1, cursor.takeClock() != nil, cursor.takeBlanks() == 1,
                cursor.take(text: "info") || cursor.take(text: "notice"),
                cursor.takeBlanks() >= 0, cursor.take(":"), cursor.takeBlanks() > 0
            else { return nil }
        } else {
            cursor.position = start
        }
        return bytes(&cursor)
    }
}
