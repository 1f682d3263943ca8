import JobModel

/// ansible-playbook, with its default output and with `counter_enabled`:
///
///     PLAY [First play] **************************************************************
///     TASK [wait a moment] ***********************************************************
///     RUNNING HANDLER [restart] ******************************************************
///     TASK 2/3 [say it] **************************************************************
///     PLAY RECAP *********************************************************************
///
/// A line is printed when a task begins, so that one fewer is done. How many
/// there will be only `counter_enabled` (of community.general) tells, for each
/// play: it is then the play's fraction, and the message names the play too.
struct AnsibleForm: LineForm {
    static let source = ProgressSource(rawValue: "ansible")

    let triggers = LineTriggers(prefixes: ["fatal: ["], last: "*")

    private var play: String?
    private var begun = 0.0
    private var total: Double?
    private var hasFailed = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.isNext("fatal: [") {
            hasFailed = true
            return nil
        }
        guard line.bytes.last == Byte.of("*") else { return nil }
        if cursor.take(exactly: "PLAY ") { return playLine(&cursor) }
        let isHandler = cursor.take(exactly: "RUNNING HANDLER ")
        guard isHandler || cursor.take(exactly: "TASK ") else { return nil }
        let number = cursor.takeWhole()
        var count: Decimal?
        if number != nil {
            guard cursor.take("/"), let total = cursor.takeWhole(), cursor.take(" ") else {
                return nil
            }
            count = total
        }
        guard let name = Self.takeName(&cursor) else { return nil }
        hasFailed = false
        guard let number, let count, number.digits > 0, number.digits <= count.digits else {
            begun += 1
            // A handler is not in the play's count.
            guard total == nil else { return .nothing }
            return .progress(
                Progress(done: begun - 1, unit: "tasks", message: name, source: Self.source))
        }
        begun = number.value
        total = count.value
        return .progress(
            Progress(
                done: number.value - 1, total: count.value, unit: "tasks",
                message: play.map { "\($0): \(name)" } ?? name, source: Self.source))
    }

    /// `PLAY [First play] ****`, `PLAY RECAP ****`
    private mutating func playLine(_ cursor: inout ByteCursor) -> Finding? {
        if cursor.take(exactly: "RECAP *") {
            let (done, total, isOver) = (begun, total, begun > 0 && !hasFailed)
            self = AnsibleForm()
            guard isOver else { return nil }
            return .progress(
                Progress(done: done, total: total, unit: "tasks", source: Self.source))
        }
        guard let name = Self.takeName(&cursor) else { return nil }
        play = name
        return nil
    }

    /// `[name] ***`, the rest of the line.
    private static func takeName(_ cursor: inout ByteCursor) -> String? {
        guard cursor.take("["), let end = cursor.bytes.lastIndex(of: Byte.of("]")),
            end > cursor.position
        else { return nil }
        let name = cursor.bytes(upTo: end)
        cursor.position = end
        guard cursor.take(exactly: "] ***") else { return nil }
        while cursor.take("*") {}
        return cursor.isAtEnd ? MessageText.text(name) : nil
    }
}
