import JobModel

/// `buildah build` and `podman build`.
///
///     STEP 2/4: COPY . /src
///     [1/2] STEP 3/5: RUN make
///     [2/2] COMMIT demo
///
/// From imagebuildah/stage_executor.go. A step is named when it begins. With
/// several stages only the steps of the one in work are known, so each stage
/// counts the same.
struct BuildahForm: LineForm {
    static let source = ProgressSource(rawValue: "buildah")

    let triggers = LineTriggers(isBracketed: true, prefixes: ["step ", "commit"])

    /// How many steps the stage in work has; zero before the first.
    private var steps = 0.0

    mutating func read(_ line: Line) -> Finding? {
        guard line.isWhole, line.indent == 0 else { return nil }
        var cursor = line.cursor
        var stage: (index: Double, count: Double)?
        if cursor.take("[") {
            guard let index = cursor.takeWhole(), cursor.take("/"),
                let count = cursor.takeWhole(), cursor.take("]"), cursor.take(" "),
                index.digits >= 1, index.digits <= count.digits
            else { return nil }
            stage = (index.value, count.value)
        }
        switch cursor.next {
        case Byte.of("S"): return step(&cursor, stage)
        case Byte.of("C"): return commit(&cursor, stage)
        default: return nil
        }
    }

    private mutating func step(
        _ cursor: inout ByteCursor, _ stage: (index: Double, count: Double)?
    ) -> Finding? {
        guard cursor.take(text: "step "), cursor.peek(-2) == Byte.of("P"),
            let index = cursor.takeWhole(), cursor.take("/"), let total = cursor.takeWhole(),
            cursor.take(text: ": "), index.digits >= 1, index.digits <= total.digits
        else { return nil }
        steps = total.value
        let message = MessageText.text(cursor.rest)
        guard let stage else {
            return .progress(
                Progress(
                    done: index.value - 1, total: total.value, unit: "steps", message: message,
                    source: Self.source))
        }
        let inner = (index.value - 1) / total.value
        return .progress(
            Progress(
                fraction: (stage.index - 1 + inner) / stage.count, message: message,
                source: Self.source))
    }

    private mutating func commit(
        _ cursor: inout ByteCursor, _ stage: (index: Double, count: Double)?
    ) -> Finding? {
        guard steps > 0, cursor.take(text: "commit"), cursor.peek(-1) == Byte.of("T"),
            cursor.isAtEnd || cursor.next == Byte.space
        else { return nil }
        let total = steps
        steps = 0
        guard let stage else {
            return .progress(
                Progress(
                    done: total, total: total, unit: "steps", message: "COMMIT",
                    source: Self.source))
        }
        return .progress(
            Progress(
                fraction: stage.index / stage.count, message: "COMMIT", source: Self.source))
    }
}
