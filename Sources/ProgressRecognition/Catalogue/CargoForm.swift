import JobModel

/// cargo, where it draws its bar: under a terminal, or with
/// `CARGO_TERM_PROGRESS_WHEN=always CARGO_TERM_PROGRESS_WIDTH=80`.
///
///         Building [=====>                       ] 12/34: serde, app(bin)
///      Downloading [===========>                 ] 3/5, remaining bytes: 1.2MiB
///         Cleaning [=====>                   ]  42.10%
///
/// From src/cargo/util/progress.rs and its callers: a word of at most 12 letters
/// to the right edge of that column, a bar, and a count of units, or a
/// percentage. `Compiling …` lines come in between and tell nothing more; the
/// bar goes before the last unit is done, which the line `Finished` tells.
struct CargoForm: LineForm {
    static let source = ProgressSource(rawValue: "cargo")

    private static let verbs: [StaticString] = [
        "Building ", "Downloading ", "Fetch ", "Updating ", "Cleaning ", "Scanning ",
    ]

    let triggers = LineTriggers(prefixes: verbs + ["Finished "])

    /// The number of units of the build there is.
    private var total: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take(exactly: "Finished `") { return line.indent == 4 ? finish() : nil }
        guard Self.verbs.contains(where: { cursor.take(exactly: $0) }), cursor.take("[") else {
            return nil
        }
        let verb = line.cursor.bytes(upTo: cursor.position - 2)
        // The word ends in the twelfth column.
        guard line.indent + verb.count == 12 else { return nil }
        while cursor.take("=") {}
        _ = cursor.take(">")
        cursor.takeBlanks()
        guard cursor.take(exactly: "] ") else { return nil }
        cursor.takeBlanks()
        guard let number = cursor.takeDecimal() else { return nil }
        if cursor.take("%") {
            return .progress(
                Progress(
                    fraction: number.hundredth, message: MessageText.text(verb),
                    source: Self.source))
        }
        guard number.scale == 0, cursor.take("/"), let total = cursor.takeWhole() else {
            return nil
        }
        var message = MessageText.text(verb)
        if cursor.take(exactly: ": "), let what = MessageText.text(cursor.rest) {
            message = what
        } else if cursor.take(exactly: ", remaining bytes") == false, !cursor.isAtEnd {
            return nil
        }
        if ByteCursor(verb).isNext("Building") { self.total = total.value }
        return .progress(
            Progress(
                done: number.value, total: total.value,
                unit: Self.unit(ByteCursor(verb).next), message: message, source: Self.source))
    }

    /// The bar is gone before the last unit is done.
    private mutating func finish() -> Finding? {
        guard let total else { return nil }
        self.total = nil
        return .progress(
            Progress(done: total, total: total, unit: "units", source: Self.source))
    }

    private static func unit(_ initial: UInt8) -> String? {
        switch initial {
        case Byte.of("B"): "units"
        case Byte.of("D"), Byte.of("F"): "crates"
        default: nil
        }
    }
}
