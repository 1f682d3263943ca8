import JobModel

/// mke2fs(8) (as mkfs.ext4, too), e2fsck(8) with `-C`, badblocks(8) with `-s`.
///
///     Writing inode tables: 11/24
///     disk.img: |===                                      |  5.4%
///     1 12 13 disk.img
///     Testing with pattern 0xaa:  45.01% done, 0:02 elapsed. (0/0/0 errors)
///
/// mke2fs counts block groups in place, with backspaces, and ends each phase with
/// `done` (lib/ext2fs/progress.c). The bar of e2fsck is over all its passes;
/// what it prints for `-C 1`, pass, step, steps and device, is of the pass, and
/// only believed after the pass was announced (e2fsck/unix.c). badblocks prints a
/// percentage for each phase, and `done`.
struct E2fsprogsForm: LineForm {
    static let mke2fs = ProgressSource(rawValue: "mke2fs")
    static let e2fsck = ProgressSource(rawValue: "e2fsck")
    static let badblocks = ProgressSource(rawValue: "badblocks")

    let triggers = LineTriggers(
        first: "12345", afterDigits: " ",
        prefixes: [
            "allocating group", "writing inode", "discarding device", "pass ", "checking for bad",
            "reading and comparing", "testing with",
        ],
        percent: true)

    /// The phases of mke2fs, and what they count.
    private static let phases: [(title: StaticString, unit: String)] = [
        ("allocating group tables", "groups"), ("writing inode tables", "groups"),
        ("writing superblocks and filesystem accounting information", "groups"),
        ("discarding device blocks", "blocks"),
    ]
    /// The phases of badblocks.
    private static let tests: [StaticString] = [
        "checking for bad blocks", "testing with ", "reading and comparing",
    ]
    /// The passes of e2fsck, from the first.
    private static let passes: [(line: StaticString, message: String)] = [
        (
            "pass 1: checking inodes, blocks, and sizes",
            "Pass 1: Checking inodes, blocks, and sizes"
        ),
        ("pass 2: checking directory structure", "Pass 2: Checking directory structure"),
        ("pass 3: checking directory connectivity", "Pass 3: Checking directory connectivity"),
        ("pass 4: checking reference counts", "Pass 4: Checking reference counts"),
        (
            "pass 5: checking group summary information",
            "Pass 5: Checking group summary information"
        ),
    ]
    /// The pass of e2fsck that was announced, 0 before the first.
    private var pass = 0
    /// The total of the phase of mke2fs that is under way.
    private var total: Double?
    private var isTesting = false

    mutating func read(_ line: Line) -> Finding? {
        let cursor = line.cursor
        switch Byte.lowercase(cursor.next) {
        case Byte.of("p"): announce(cursor)
        case Byte.of("a"), Byte.of("w"), Byte.of("d"):
            if let finding = phase(line) { return finding }
        case Byte.of("c"), Byte.of("t"), Byte.of("r"):
            if let finding = test(line) { return finding }
        case let byte where Byte.isDigit(byte):
            if let finding = numbers(cursor) { return finding }
        default: break
        }
        return line.bytes[line.bytes.count - 1] == Byte.percent ? bar(line) : nil
    }

    private mutating func announce(_ start: ByteCursor) {
        for (index, known) in Self.passes.enumerated() {
            var cursor = start
            if cursor.take(text: known.line), cursor.isAtEnd { pass = index + 1 }
        }
    }

    /// `Writing inode tables: 11/24`
    private mutating func phase(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard let known = Self.phases.first(where: { cursor.take(text: $0.title) }) else {
            return nil
        }
        let title = cursor.taken(since: line.indent)
        guard cursor.take(":"), cursor.takeBlanks() > 0 else { return nil }
        let done: Double
        if cursor.take(text: "done") {
            guard let total, cursor.isAtEnd else { return nil }
            done = total
        } else {
            guard let number = cursor.takeWhole(), cursor.take("/"), let of = cursor.takeWhole(),
                cursor.isAtEnd, line.isWhole, number.digits <= of.digits, of.digits > 0
            else { return nil }
            done = number.value
            total = of.value
        }
        defer { if done == total { total = nil } }
        return .progress(
            Progress(
                done: done, total: total, unit: known.unit, message: MessageText.text(title),
                source: Self.mke2fs))
    }

    /// `Testing with pattern 0xaa:  45.01% done, 0:02 elapsed. (0/0/0 errors)`
    private mutating func test(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard Self.tests.contains(where: { cursor.take(text: $0) }) else { return nil }
        while !cursor.isAtEnd, cursor.next != Byte.of(":") { cursor.position += 1 }
        let title = cursor.taken(since: line.indent)
        guard cursor.take(":"), cursor.takeBlanks() > 0 else { return nil }
        var fraction = 1.0
        if isTesting, cursor.take(text: "done"), cursor.isAtEnd {
            isTesting = false
        } else {
            guard let percentage = cursor.takeDecimal(), percentage.hundredth <= 1,
                cursor.take(text: "% done, "), cursor.takeClock() != nil,
                cursor.take(text: " elapsed. (")
            else { return nil }
            fraction = percentage.hundredth
            isTesting = true
        }
        return .progress(
            Progress(
                fraction: fraction, message: MessageText.text(title), source: Self.badblocks))
    }

    /// `1 12 13 disk.img`
    private func numbers(_ start: ByteCursor) -> Finding? {
        var cursor = start
        guard pass > 0, let number = cursor.takeWhole(), number.digits == UInt64(pass),
            cursor.take(" "), let done = cursor.takeWhole(), cursor.take(" "),
            let total = cursor.takeWhole(), total.digits > 0, done.digits <= total.digits,
            cursor.take(" "), !cursor.isAtEnd
        else { return nil }
        return .progress(
            Progress(
                done: done.value, total: total.value, message: Self.passes[pass - 1].message,
                source: Self.e2fsck))
    }

    /// `disk.img: |===   |  5.4%`; the bar's last mark turns.
    private func bar(_ line: Line) -> Finding? {
        let bytes = line.bytes
        guard pass > 0, let open = bytes.firstIndex(of: Byte.of("|")), open > line.indent + 2,
            bytes[open - 1] == Byte.space, bytes[open - 2] == Byte.of(":")
        else { return nil }
        var cursor = ByteCursor(bytes, at: open + 1)
        while cursor.next == Byte.of("=") || cursor.next == Byte.space
            || cursor.next == Byte.of("-")
        {
            cursor.position += 1
        }
        _ = cursor.take("|") || cursor.take("/") || cursor.take("\\")
        cursor.takeBlanks()
        guard let percentage = cursor.takeDecimal(), percentage.scale == 1,
            percentage.hundredth <= 1, cursor.take("%"), cursor.isAtEnd
        else { return nil }
        return .progress(
            Progress(
                fraction: percentage.hundredth, message: Self.passes[pass - 1].message,
                source: Self.e2fsck))
    }
}
