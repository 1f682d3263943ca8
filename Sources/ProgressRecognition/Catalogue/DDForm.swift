import JobModel

/// dd(1) of GNU coreutils with `status=progress`.
///
///     14745599 bytes (15 MB, 14 MiB) copied, 2 s, 7.2 MB/s
///
/// It is not known how much there will be. The same line ends every dd, also one
/// that showed no progress: so only lines that are drawn over another are
/// believed, and the one that ends what they began (dd.c, print_xfer_stats()).
/// The kilo of the rate is 1000.
struct DDForm: LineForm {
    static let source = ProgressSource(rawValue: "dd")

    let triggers = LineTriggers(first: "0123456789", afterDigits: " ")
    private var isUnderWay = false

    mutating func read(_ line: Line) -> Finding? {
        guard line.isRedrawn || isUnderWay else { return nil }
        var cursor = line.cursor
        guard let done = cursor.takeWhole(), cursor.take(text: " bytes ") else { return nil }
        if cursor.take("(") {
            while !cursor.isAtEnd, cursor.next != Byte.of(")") { cursor.position += 1 }
            guard cursor.take(text: ") ") else { return nil }
        }
        guard cursor.take(text: "copied, "), cursor.takeDecimal() != nil, cursor.take(text: " s, "),
            let rate = cursor.takeSize(), cursor.take(text: "/s"), cursor.isAtEnd
        else { return nil }
        isUnderWay = line.isRedrawn
        return .progress(
            Progress(
                done: done.value, unit: "bytes", rate: rate > 0 ? rate : nil, source: Self.source))
    }
}
