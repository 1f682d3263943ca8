import JobModel

/// `docker build`: BuildKit with `--progress=plain` (or into a pipe), its
/// display on a terminal, and the classic builder; `docker compose`'s display.
///
///     #6 [stage-1 1/3] COPY --from=tools /bin /bin
///     #6 DONE 0.1s
///     [+] Building 3.4s (5/8)
///     Step 3/7 : RUN make
///
/// From BuildKit's util/progress/progressui. In plain output each stage counts
/// its own steps, and is seen only when it begins, so the total is of the stages
/// seen and grows; a stage's step is done when it says so or its next begins.
/// On a terminal the loading of files and the export are counted, too; there
/// the total is first known when the Dockerfile has been read.
struct DockerForm: LineForm {
    static let source = ProgressSource(rawValue: "docker")

    let triggers = LineTriggers(
        first: "#", prefixes: ["[+] ", "step ", "successfully built "])

    /// More stages, or steps at once, than any build has.
    private static let limit = 256

    private struct Stage {
        var name: [UInt8]
        var done = 0.0
        var total: Double
    }

    private struct Step {
        var number: UInt64
        var stage: Int
        var index: Double
    }

    private var stages: [Stage] = []
    /// Those that have begun, by the number before them.
    private var running: [Step] = []
    private var message: String?
    private var classicTotal: Double?

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("#"):
            cursor.position += 1
            return line.indent == 0 && Byte.isDigit(cursor.next) ? plain(&cursor, line) : nil
        case Byte.of("["):
            return cursor.take(text: "[+] ") ? display(&cursor) : nil
        default:
            return line.isWhole ? classic(&cursor) : nil
        }
    }

    // MARK: Plain

    private mutating func plain(_ cursor: inout ByteCursor, _ line: Line) -> Finding? {
        guard let number = cursor.takeWhole(), cursor.take(" ") else { return nil }
        if cursor.take("[") {
            if number.digits == 1 { forget() }
            return line.isWhole ? begin(&cursor, number.digits) : nil
        }
        guard !stages.isEmpty else { return nil }
        if line.isWhole, cursor.take(text: "exporting to ") {
            return .progress(Progress(message: "exporting", source: Self.source))
        }
        guard let place = running.firstIndex(where: { $0.number == number.digits }),
            cursor.take(text: "done ") || cursor.take(text: "cached")
        else { return .nothing }
        let step = running.remove(at: place)
        stages[step.stage].done = max(stages[step.stage].done, step.index)
        return .progress(reading)
    }

    private mutating func forget() {
        stages.removeAll(keepingCapacity: true)
        running.removeAll(keepingCapacity: true)
    }

    /// `stage-1 1/3] COPY …`
    private mutating func begin(_ cursor: inout ByteCursor, _ number: UInt64) -> Finding? {
        let start = cursor.position
        while !cursor.isAtEnd, cursor.next != Byte.of("]") { cursor.position += 1 }
        let end = cursor.position
        var place = end
        while place > start, cursor.bytes[place - 1] != Byte.space { place -= 1 }
        var counter = ByteCursor(cursor.bytes, at: place)
        guard cursor.take("]"), cursor.take(" "), let index = counter.takeWhole(),
            counter.take("/"), let total = counter.takeWhole(), counter.position == end,
            index.digits >= 1, index.digits <= total.digits
        else { return nil }
        let name = UnsafeRawBufferPointer(rebasing: cursor.bytes[start..<place])
        let stage: Int
        if let known = stages.firstIndex(where: { $0.name.elementsEqual(name) }) {
            stage = known
        } else {
            guard stages.count < Self.limit else { return .nothing }
            stage = stages.count
            stages.append(Stage(name: Array(name.prefix(64)), total: total.value))
        }
        stages[stage].done = max(stages[stage].done, index.value - 1)
        running.removeAll { $0.number == number }
        if running.count < Self.limit {
            running.append(Step(number: number, stage: stage, index: index.value))
        }
        message = MessageText.text(cursor.rest)
        return .progress(reading)
    }

    private var reading: Progress {
        Progress(
            done: stages.reduce(0) { $0 + $1.done }, total: stages.reduce(0) { $0 + $1.total },
            unit: "steps", message: message, source: Self.source)
    }

    // MARK: The display

    /// `Building 3.4s (5/8) FINISHED`, `Running 2/3`
    private func display(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor.position
        guard !cursor.takeLetters().isEmpty else { return nil }
        let word = cursor.taken(since: start)
        guard cursor.take(" ") else { return nil }
        let numberStart = cursor.position
        let isTimed = cursor.takeSpan() != nil && cursor.take(text: " (")
        if !isTimed { cursor.position = numberStart }
        guard let done = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole(),
            total.digits > 0, done.digits <= total.digits
        else { return nil }
        if isTimed {
            guard cursor.take(")") else { return nil }
            // So far only what is loaded first is known.
            if done == total, !cursor.take(text: " finished") { return .nothing }
        } else {
            guard cursor.isAtEnd || Byte.isBlank(cursor.next) else { return nil }
        }
        return .progress(
            Progress(
                done: done.value, total: total.value, unit: isTimed ? "steps" : nil,
                message: MessageText.text(word), source: Self.source))
    }

    // MARK: The classic builder

    /// `Step 3/7 : RUN make`
    private mutating func classic(_ cursor: inout ByteCursor) -> Finding? {
        if cursor.take(text: "successfully built ") {
            guard let total = classicTotal else { return nil }
            classicTotal = nil
            return .progress(
                Progress(done: total, total: total, unit: "steps", source: Self.source))
        }
        guard cursor.take(text: "step "), let index = cursor.takeWhole(), cursor.take("/"),
            let total = cursor.takeWhole(), cursor.take(text: " : "), index.digits >= 1,
            index.digits <= total.digits
        else { return nil }
        classicTotal = total.value
        return .progress(
            Progress(
                done: index.value - 1, total: total.value, unit: "steps",
                message: MessageText.text(cursor.rest), source: Self.source))
    }
}
