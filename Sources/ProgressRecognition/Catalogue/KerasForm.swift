import JobModel

/// Keras, `Model.fit()`, `evaluate()` and `predict()`: epochs and the steps in
/// each make one value.
///
///     Epoch 3/10
///     120/500 ━━━━━━━━━━━━━━━━━━━━ 3s 5ms/step - loss: 0.0512
///     120/500 [======>.......................] - ETA: 3s - loss: 0.0512
///          42/Unknown - 3s 71ms/step - loss: 0.0512
///
/// From `Progbar.update()`: keras/src/utils/progbar.py in Keras 3, and
/// keras/src/utils/generic_utils.py in Keras 2 (the third line). The time is
/// what is left, except on the line that ends an epoch, where it is what that
/// took. A bar that begins without a new epoch, after one was ended, is of an
/// evaluation; its fraction is its own.
///
/// With `verbose=2` only the line that ends an epoch is printed, without a bar.
/// `Epoch 3/10` alone in a line begins the third epoch; it is remembered, but
/// believed only once a bar has shown that it is Keras that prints it.
struct KerasForm: LineForm {
    static let source = ProgressSource(rawValue: "keras")

    let triggers = LineTriggers(first: "0123456789", afterDigits: "/", prefixes: ["epoch"])

    private var epoch: EpochCounter?
    /// Whether the bar of the epoch has reached its end.
    private var isEnded = false
    /// Whether a bar was seen.
    private var isKnown = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        guard Byte.isDigit(cursor.next) else {
            return line.isWhole ? header(&cursor) : nil
        }
        guard let done = cursor.takeWhole(), cursor.take("/") else { return nil }
        if cursor.take(exactly: "Unknown") {
            guard cursor.take(exactly: " - ") || cursor.take(exactly: " "),
                Byte.isDigit(cursor.next) || cursor.next >= 0x80
            else { return nil }
            if isEnded { epoch = nil }
            return .progress(
                epochReading(part: 0)
                    ?? Progress(done: done.value, unit: "steps", source: Self.source))
        }
        guard let total = cursor.takeWhole(), total.digits > 0, done.digits <= total.digits,
            cursor.take(" ")
        else { return nil }
        let hasBar = Self.takeBar(&cursor)
        cursor.takeBlanks()
        guard cursor.take("-") || hasBar else { return nil }
        cursor.takeBlanks()
        let hasLabel = cursor.take(exactly: "ETA: ")
        // `1:07`, `1:02:03`, `42s`
        guard let seconds = cursor.takeClock() ?? cursor.takeSpan(),
            hasBar || cursor.place(of: "s/step") != nil
        else { return nil }
        isKnown = true
        let isLast = done.digits == total.digits
        if isEnded, !isLast {
            // Nothing announced this bar.
            epoch = nil
            isEnded = false
        }
        guard let reading = epochReading(part: done.value / total.value) else {
            return .progress(
                Progress(
                    done: done.value, total: total.value, unit: "steps",
                    etaSeconds: isLast && !hasLabel ? nil : seconds, source: Self.source))
        }
        isEnded = isLast
        return .progress(reading)
    }

    /// `Epoch 3/10`, and nothing else.
    private mutating func header(_ cursor: inout ByteCursor) -> Finding? {
        guard let counter = EpochCounter.take(&cursor, after: epoch), cursor.isAtEnd else {
            return nil
        }
        epoch = counter
        isEnded = false
        return isKnown ? epochReading(part: 0).map { .progress($0) } : nil
    }

    /// The reading of all epochs, when of the present one `part` is done.
    private func epochReading(part: Double) -> Progress? {
        epoch.map {
            Progress(
                done: $0.overall(with: part), total: $0.total, unit: "epochs", message: $0.name,
                source: Self.source)
        }
    }

    /// Steps over `━━━━━━━━━━━━━━━━━━━━` or `[=====>....]`.
    private static func takeBar(_ cursor: inout ByteCursor) -> Bool {
        if cursor.take("[") {
            let start = cursor.position
            while cursor.take("=") {}
            _ = cursor.take(">")
            while cursor.take(".") {}
            return cursor.position - start >= 10 && cursor.take("]")
        }
        var cells = 0
        while cursor.take(exactly: "━") { cells += 1 }
        return cells > 0
    }
}
