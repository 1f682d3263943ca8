import JobModel

/// borg(1) with `--progress`, as text or with `--log-json`.
///
///     50.69 MB O 33.38 MB C 33.38 MB D 14 N src/f8
///     Checking segments 57.1%
///       8.8% Extracting: src/t2
///     {"original_size": 7665007, …, "path": "src/f2", …, "type": "archive_progress", …}
///     {"message": "Verifying data   3.45%", "current": 2, "total": 29, …, "type": "progress_percent", …}
///
/// While it makes an archive, the original size (`O`) is counted, and no total is
/// known. Sizes are in powers of 1000, or with `--iec` of 1024 (`MiB`). The text
/// has the percentage before the step in work; JSON counts it in, and
/// counts bytes while it extracts (helpers/progress.py; "Internals: All about
/// JSON" in borg's manual).
struct BorgForm: LineForm {
    static let source = ProgressSource(rawValue: "borg")

    let triggers = LineTriggers(
        first: "0123456789", afterDigits: " .",
        prefixes: [
            "{\"original_size", "{\"message\"", "checking ", "verifying data", "compacting ",
            "replaying ", "decrementing ", "upgrading segments", "analyzing archive",
            "calculating total", "initializing cache", "saving ",
        ])

    /// What stands before a percentage.
    private static let phases: [StaticString] = [
        "checking segments ", "checking archives ", "verifying data ", "compacting segments ",
        "replaying segments ", "decrementing references ", "upgrading segments ",
        "analyzing archives ",
    ]
    /// What stands after one.
    private static let actions: [StaticString] = [
        " extracting: ", " syncing chunks cache. processing archive ",
    ]
    /// What has no numbers.
    private static let messages: [StaticString] = [
        "calculating total archive size for the progress indicator",
        "initializing cache transaction: ", "saving files cache", "saving chunks cache",
        "saving cache config",
    ]
    /// Whether numbers were seen; messages alone are too common.
    private var isUnderWay = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        if cursor.next == Byte.of("{") { return json(cursor) }
        if Byte.isDigit(cursor.next) {
            return believed(size(cursor) ?? action(cursor, isWhole: line.isWhole))
        }
        for phase in Self.phases where cursor.take(text: phase) {
            let name = line.cursor.rest.prefix(phase.utf8CodeUnitCount)
            cursor.takeBlanks()
            guard let percentage = cursor.takeDecimal(), percentage.hundredth <= 1,
                cursor.take("%"), cursor.isAtEnd
            else { return nil }
            return believed(
                Progress(
                    fraction: percentage.hundredth,
                    message: MessageText.text(UnsafeRawBufferPointer(rebasing: name)),
                    source: Self.source))
        }
        guard isUnderWay, line.isRedrawn else { return nil }
        for message in Self.messages where cursor.take(text: message) {
            return .phase(MessageText.text(line.cursor.rest), Self.source)
        }
        return nil
    }

    private mutating func believed(_ progress: Progress?) -> Finding? {
        guard let progress else { return nil }
        isUnderWay = true
        return .progress(progress)
    }

    /// `50.69 MB O 33.38 MB C 33.38 MB D 14 N src/f8`
    private func size(_ start: ByteCursor) -> Progress? {
        var cursor = start
        guard let done = cursor.takeSize(), cursor.take(text: " o "), cursor.takeSize() != nil,
            cursor.take(text: " c "), cursor.takeSize() != nil, cursor.take(text: " d "),
            cursor.takeWhole() != nil, cursor.take(text: " n")
        else { return nil }
        return Progress(
            done: done, unit: "bytes", message: MessageText.text(cursor.rest), source: Self.source)
    }

    /// `8.8% Extracting: src/t2`
    private func action(_ start: ByteCursor, isWhole: Bool) -> Progress? {
        var cursor = start
        guard let percentage = cursor.takeDecimal(), percentage.hundredth <= 1, cursor.take("%"),
            Self.actions.contains(where: { cursor.take(text: $0) })
        else { return nil }
        var message = start
        while message.next != Byte.space { message.position += 1 }
        return Progress(
            fraction: percentage.hundredth, message: MessageText.text(message.rest),
            source: Self.source)
    }

    private mutating func json(_ cursor: ByteCursor) -> Finding? {
        guard let event = BorgEvent(cursor.rest) else { return nil }
        switch event.kind {
        case .archive(let size, let path):
            return believed(
                Progress(done: size, unit: "bytes", message: path, source: Self.source))
        case .percent(let current, let total, let message, let isBytes):
            guard total > 0, current <= total else {
                return .phase(message, Self.source)
            }
            return believed(
                Progress(
                    done: current, total: total, unit: isBytes ? "bytes" : nil, message: message,
                    source: Self.source))
        case .message(let message):
            return .phase(message, Self.source)
        case .finished:
            return .nothing
        }
    }
}
