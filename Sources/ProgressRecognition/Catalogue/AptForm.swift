import JobModel

/// apt(8), apt-get(8) and the dpkg(1) they run.
///
///     dlstatus:1:12.9045:Retrieving file 1 of 2
///     pmstatus:figlet:11.1111:Unpacking figlet (amd64)
///     43% [3 figlet 58.9 kB/137 kB 43%]           176 kB/s 2s
///     Progress: [ 42%] [################..........................]
///     0 upgraded, 2 newly installed, 0 to remove and 113 not upgraded.
///     Unpacking figlet (2.2.5-3+b1) ...
///
/// Fetching and installing are a 0–100 each. With `APT::Status-Fd=1` they are
/// printed in full (apt's README.progress-reporting); on a terminal fetching is
/// (apt-private/acqprogress.cc), and installing with `Dpkg::Progress-Fancy`,
/// which apt sets, or `Dpkg::Progress` (install-progress.cc). Where installing
/// is not, the steps of dpkg are counted: two for each package to be installed,
/// unpacking and setting up, and one for each to be removed. Units are of 1000.
///
/// `Reading package lists... 37%` and the like last a moment and are no part of
/// either; nothing is made of them.
struct AptForm: LineForm {
    static let source = ProgressSource(rawValue: "apt")

    let triggers = LineTriggers(
        first: "0123456789", afterDigits: " %",
        prefixes: [
            "dlstatus:", "pmstatus:", "pmerror:", "progress: [", "upgrading: ", "unpacking ",
            "setting up ", "removing ", "processing triggers", "(reading database",
            "reading package", "reading state", "building dependency",
        ])

    private var fetched: String?
    /// How many steps dpkg has to do; zero when that is not known.
    private var steps = 0.0
    private var begun = 0.0
    private var step: String?
    /// How far installing is, is told otherwise.
    private var isTold = false
    /// It is told with what is being done.
    private var isStatus = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case let byte where Byte.isDigit(byte):
            if let reading = fetching(line) { return .progress(reading) }
            return plan(line)
        case Byte.of("d"), Byte.of("p"):
            return status(line)
        case Byte.of("B"), Byte.of("("):
            return Self.isReading(line) ? .nothing : nil
        case Byte.of("P") where cursor.take(text: "progress: ["):
            return installing(&cursor)
        case Byte.of("R") where Self.isReading(line):
            return .nothing
        case Byte.of("U") where cursor.peek(2) == Byte.of("g"):
            return plan(line)
        default:
            return line.isWhole ? dpkg(line) : nil
        }
    }

    private static func isReading(_ line: Line) -> Bool {
        var cursor = line.cursor
        return cursor.take(text: "(reading database ...")
            || cursor.take(text: "reading package lists...")
            || cursor.take(text: "reading state information...")
            || cursor.take(text: "building dependency tree...")
    }

    // MARK: Status-Fd

    /// `pmstatus:figlet:11.1111:Unpacking figlet (amd64)`
    private mutating func status(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(text: "pmerror:") { return .nothing }
        guard cursor.take(text: "dlstatus:") || cursor.take(text: "pmstatus:") else { return nil }
        // A package's name may have its architecture after a colon.
        guard let percentage = Self.takePercentage(&cursor), percentage.hundredth <= 1 else {
            return nil
        }
        isTold = true
        isStatus = true
        return .progress(
            Progress(
                fraction: percentage.hundredth, message: MessageText.text(cursor.rest),
                source: Self.source))
    }

    /// Steps over a name, a percentage and the colons after them.
    private static func takePercentage(_ cursor: inout ByteCursor) -> Decimal? {
        while !cursor.isAtEnd {
            let byte = cursor.next
            guard byte != Byte.space else { return nil }
            cursor.position += 1
            guard byte == Byte.of(":"), Byte.isDigit(cursor.next) else { continue }
            let start = cursor.position
            if let number = cursor.takeDecimal(), number.scale == 4, cursor.take(":") {
                return number
            }
            cursor.position = start
        }
        return nil
    }

    // MARK: Fetching

    /// `43% [3 figlet 58.9 kB/137 kB 43%]           176 kB/s 2s`
    private mutating func fetching(_ line: Line) -> Progress? {
        var cursor = line.cursor
        guard line.isRedrawn, line.indent == 0, let percentage = cursor.takeWhole(),
            percentage.digits <= 100, cursor.take(text: "% ["), takeItem(&cursor),
            let end = line.bytes.lastIndex(of: Byte.of("]"))
        else { return nil }
        cursor.position = end + 1
        cursor.takeBlanks()
        let rate = cursor.takeSize()
        if rate != nil {
            guard cursor.take(text: "/s"), cursor.takeBlanks() >= 0 else { return nil }
        }
        let eta = cursor.takeSpan()
        guard cursor.isAtEnd else { return nil }
        return Progress(
            fraction: percentage.hundredth, unit: rate == nil ? nil : "bytes", message: fetched,
            rate: rate?.nonZero, etaSeconds: eta, source: Self.source)
    }

    /// What apt does: `Working`, `Waiting for headers`, `Connecting to …`,
    /// `3 figlet …`.
    private mutating func takeItem(_ cursor: inout ByteCursor) -> Bool {
        if cursor.takeWhole() != nil {
            guard cursor.take(" ") else { return false }
            let start = cursor.position
            while !cursor.isAtEnd, cursor.next != Byte.space, cursor.next != Byte.of("]") {
                cursor.position += 1
            }
            fetched = MessageText.text(cursor.taken(since: start))
            return fetched != nil
        }
        return cursor.take(text: "working") || cursor.take(text: "waiting for")
            || cursor.take(text: "connect")
    }

    // MARK: Installing

    /// What follows `Progress: [`: ` 42%] [####....]`.
    private mutating func installing(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        cursor.takeBlanks()
        guard let percentage = cursor.takeWhole(), percentage.digits <= 100,
            cursor.position - start == 3, cursor.take(text: "%]"),
            cursor.rest.allSatisfy({ !Byte.isLetter($0) && !Byte.isDigit($0) })
        else { return nil }
        isTold = true
        return .progress(
            Progress(fraction: percentage.hundredth, message: step, source: Self.source))
    }

    /// `0 upgraded, 2 newly installed, 0 to remove and 113 not upgraded.`, or
    /// since apt 3 `Upgrading: 0, Installing: 2, Removing: 0, Not Upgrading: 113`.
    private mutating func plan(_ line: Line) -> Finding? {
        guard line.isWhole else { return nil }
        var cursor = line.cursor
        var count = 0.0
        if Byte.isDigit(cursor.next) {
            guard let upgraded = cursor.takeWhole(), cursor.take(text: " upgraded, "),
                let installed = cursor.takeWhole(), cursor.take(text: " newly installed, ")
            else { return nil }
            count = 2 * (upgraded.value + installed.value)
            let start = cursor.position
            if let again = cursor.takeWhole(),
                cursor.take(text: " reinstalled, ") || cursor.take(text: " downgraded, ")
            {
                count += 2 * again.value
            } else {
                cursor.position = start
            }
            guard let removed = cursor.takeWhole(), cursor.take(text: " to remove and ") else {
                return nil
            }
            count += removed.value
        } else {
            guard cursor.take(text: "upgrading: "), let upgraded = cursor.takeWhole(),
                cursor.take(text: ", installing: "), let installed = cursor.takeWhole(),
                cursor.take(text: ", removing: "), let removed = cursor.takeWhole()
            else { return nil }
            count = 2 * (upgraded.value + installed.value) + removed.value
        }
        self = AptForm()
        steps = count
        return nil
    }

    /// `Unpacking figlet (2.2.5-3+b1) ...`
    private mutating func dpkg(_ line: Line) -> Finding? {
        var cursor = line.cursor
        let isTrigger = cursor.take(text: "processing triggers for ")
        guard
            isTrigger || cursor.take(text: "unpacking ") || cursor.take(text: "setting up ")
                || cursor.take(text: "removing ")
        else { return nil }
        while !cursor.isAtEnd, cursor.next != Byte.space { cursor.position += 1 }
        let end = cursor.position
        let bytes = line.bytes
        guard cursor.take(text: " ("), bytes.count > end + 8,
            bytes.suffix(5).elementsEqual(") ...".utf8)
        else { return nil }
        if !isTrigger { begun += 1 }
        if isStatus { return .nothing }
        step = MessageText.text(UnsafeRawBufferPointer(rebasing: bytes[line.indent..<end]))
        guard !isTold, steps > 0 else {
            return .progress(Progress(message: step, source: Self.source))
        }
        return .progress(
            Progress(
                done: min(isTrigger ? begun : begun - 1, steps), total: steps, unit: "steps",
                message: step, source: Self.source))
    }
}
