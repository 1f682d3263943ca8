import JobModel

/// Gradle, under a terminal (the rich console) and elsewhere (the plain one):
///
///     <=========----> 75% EXECUTING [3s]
///     > :compileJava > Resolve dependencies
///
///     > Task :compileJava
///     > Task :processResources NO-SOURCE
///     BUILD SUCCESSFUL in 15s
///
/// From `BuildStatusRenderer` and `WorkInProgressRenderer` (logging). The bar's
/// percentage is of the phase it names; the lines under it are what is worked
/// on, of which the first is told. The plain console prints the tasks that were
/// done and no total; a heading may come again when a task prints more.
struct GradleForm: LineForm {
    static let source = ProgressSource(rawValue: "gradle")

    let triggers = LineTriggers(first: "<", prefixes: ["> :", "> task :", "build "])

    private var done = 0.0
    private var last: UInt64?
    private var isRich = false
    private var isUnderBar = false
    private var work: String?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.take("<") { return bar(&cursor) }
        if cursor.take(exactly: "> :") {
            guard isRich else { return nil }
            guard isUnderBar else { return .nothing }
            isUnderBar = false
            cursor.position -= 1
            work = MessageText.text(cursor.rest)
            return .progress(Progress(message: work, source: Self.source))
        }
        if cursor.take(exactly: "> Task :") {
            cursor.position -= 1
            return isRich ? nil : task(&cursor)
        }
        let isSuccess = cursor.take(exactly: "BUILD SUCCESSFUL in ")
        guard isSuccess || cursor.take(exactly: "BUILD FAILED in ") else { return nil }
        let hadBar = isRich
        self = GradleForm()
        // The bar goes before it is full.
        guard isSuccess, hadBar else { return nil }
        return .progress(
            Progress(fraction: 1, message: "BUILD SUCCESSFUL", source: Self.source))
    }

    /// `<====---------> 25% EXECUTING [5s]`
    private mutating func bar(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        while cursor.take("=") {}
        while cursor.take("-") {}
        guard cursor.position - start >= 5, cursor.take(exactly: "> "),
            let percentage = cursor.takeWhole(), cursor.take(exactly: "% "),
            percentage.hundredth <= 1
        else { return nil }
        let phase = cursor.takeLetters()
        guard !phase.isEmpty, cursor.take(exactly: " [") else { return nil }
        isRich = true
        isUnderBar = true
        var name = ByteCursor(phase)
        if !name.take(exactly: "EXECUTING") { work = nil }
        return .progress(
            Progress(
                fraction: percentage.hundredth, message: work ?? MessageText.text(phase),
                source: Self.source))
    }

    private mutating func task(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        while !cursor.isAtEnd, !Byte.isBlank(cursor.next) { cursor.position += 1 }
        let name = cursor.taken(since: start)
        var hash = ShapeHash()
        for byte in name { hash.add(byte) }
        guard hash.value != last else { return .nothing }
        last = hash.value
        done += 1
        return .progress(
            Progress(
                done: done, unit: "tasks", message: MessageText.text(name), source: Self.source))
    }
}
