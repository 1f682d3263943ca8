import JobModel

/// shred(1) with `-v`.
///
///     shred: secret.img: pass 1/4 (random)...234MiB/400MiB 58%
///     shred: secret.img: pass 4/4 (000000)...
///     shred: secret.img: removing
///
/// Every pass writes the same bytes, so the fraction is of all passes over the
/// file that the message names. The percentage only comes after five seconds
/// (shred.c, dopass()).
struct ShredForm: LineForm {
    static let source = ProgressSource(rawValue: "shred")

    let triggers = LineTriggers(prefixes: ["shred: "])
    private var isUnderWay = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take(text: "shred: ") else { return nil }
        let start = cursor.position
        if isUnderWay, line.isWhole {
            var end = ByteCursor(line.bytes, at: line.bytes.count - 10)
            if end.position > start, end.take(text: ": removing") {
                isUnderWay = false
                return .progress(
                    Progress(
                        fraction: 1, message: MessageText.text(cursor.rest), source: Self.source))
            }
        }
        // The name may have anything in it; what follows it has not.
        guard let open = line.bytes.lastIndex(of: Byte.of("(")), open > start else { return nil }
        var pass = ByteCursor(line.bytes, at: open - 1)
        while pass.position > start, pass.peek(-1) != Byte.of(":") { pass.position -= 1 }
        guard pass.take(text: " pass "), let number = pass.takeWhole(), pass.take("/"),
            let passes = pass.takeWhole(), pass.take(text: " ("), number.digits > 0,
            number.digits <= passes.digits
        else { return nil }
        while !pass.isAtEnd, pass.next != Byte.of(")") { pass.position += 1 }
        guard pass.take(")") else { return nil }
        cursor.position = pass.position
        guard pass.take(text: "...") else { return nil }
        var inner = 0.0
        if !pass.isAtEnd {
            guard pass.takeSize() != nil else { return nil }
            if pass.take("/") {
                guard pass.takeSize() != nil, pass.take(" "), let percentage = pass.takeWhole(),
                    pass.take("%")
                else { return nil }
                inner = min(percentage.hundredth, 1)
            }
            guard pass.isAtEnd else { return nil }
        }
        isUnderWay = true
        return .progress(
            Progress(
                fraction: (number.value - 1 + inner) / passes.value,
                message: MessageText.text(cursor.taken(since: start)), source: Self.source))
    }
}
