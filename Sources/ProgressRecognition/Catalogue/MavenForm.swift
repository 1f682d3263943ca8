import JobModel

/// Maven, building several modules:
///
///     [INFO] Building parts 1.0                                                 [2/3]
///     [INFO] BUILD SUCCESS
///
/// From `ExecutionEventLogger` (maven-embedder): the line is printed when a
/// module begins, so that one fewer is done. A build of a single module prints
/// no count.
struct MavenForm: LineForm {
    static let source = ProgressSource(rawValue: "maven")

    let triggers = LineTriggers(prefixes: ["[info] b"])

    private var total: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard cursor.take(exactly: "[INFO] BU") || cursor.take(exactly: "[INFO] Bu") else {
            return nil
        }
        if cursor.take(exactly: "ILD SUCCESS") {
            guard let total, cursor.isAtEnd else { return nil }
            self.total = nil
            return .progress(
                Progress(done: total, total: total, unit: "modules", source: Self.source))
        }
        guard cursor.take(exactly: "ilding "),
            let open = line.bytes.lastIndex(of: Byte.of("[")), open > cursor.position,
            line.bytes[open - 1] == Byte.space
        else { return nil }
        let name = MessageText.text(cursor.bytes(upTo: open))
        cursor.position = open + 1
        guard let number = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole(),
            cursor.take("]"), cursor.isAtEnd, number.digits > 0, number.digits <= total.digits
        else { return nil }
        self.total = total.value
        return .progress(
            Progress(
                done: number.value - 1, total: total.value, unit: "modules", message: name,
                source: Self.source))
    }
}
