import JobModel

/// rich.progress, the Python library, with its default columns and its usual
/// ones, and PyTorch Lightning's RichProgressBar:
///
///     Reading ━━━━━━━━━━━━━━━━╸━━━━━━━━━━━━━━━━━━━━━━━  42% 0:00:12
///     ⠋ Reading pages ━━━━━╺━━━━━━━━━━━━━━━━━━━━━━━━━━  12% -:--:-- 1/8 0:00:00
///     a.bin ━━━━━━━━━━╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  27% 2.4/9.0 MB 4.9 MB/s 0:00:02
///     Epoch 3/9  ━━━━━━━╸━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 42/100 0:00:01 • 0:00:02 40.00it/s
///
/// From rich/progress.py. The time is taken for what is left where it stands
/// behind the percentage or the speed; elsewhere it may be what has passed.
/// Done and total are those of `MofNCompleteColumn` and `DownloadColumn`.
/// Lightning counts its epochs from zero and names the last; its columns are in
/// lightning/pytorch/callbacks/progress/rich_progress.py.
///
/// Several tasks are drawn in a row each, all of them every time. The first that
/// is not done counts.
struct RichForm: LineForm {
    static let source = ProgressSource(rawValue: "rich")

    let triggers = LineTriggers(prefixes: ["epoch"], percent: true)

    private struct Task {
        var label: String?
        var isDone: Bool
    }

    /// More tasks than a screen has rows are not told apart.
    private static let most = 40
    /// The tasks in the order of their rows.
    private var tasks: [Task] = []
    /// The row that was drawn last.
    private var row = -1

    mutating func read(_ line: Line) -> Finding? {
        guard let bar = Self.bar(in: line) else { return nil }
        var cursor = ByteCursor(line.bytes, at: bar.end)
        guard cursor.take(" ") else { return nil }
        var label = ByteCursor(line.bytes, at: line.indent)
        if label.next == 0xE2, label.peek(1) & 0xFC == 0xA0 {
            // The spinner, of Braille patterns.
            label.position += 3
            label.takeBlanks()
        }
        let text = label.bytes(upTo: bar.start)
        if let reading = Self.lightning(text, cursor) { return .progress(reading) }
        guard var reading = Self.fields(&cursor) else { return nil }
        reading.message = MessageText.text(text)
        let isDone = reading.done.flatMap { done in reading.total.map { done >= $0 } }
        let index = place(
            reading.message, isDone: isDone ?? (reading.fraction == 1),
            isFirstRow: line.isRedrawn)
        let current = tasks.firstIndex { !$0.isDone } ?? index
        return index == current ? .progress(reading) : .nothing
    }

    /// Notes the task in its row, and says which that is.
    private mutating func place(_ label: String?, isDone: Bool, isFirstRow: Bool) -> Int {
        if let known = tasks.firstIndex(where: { $0.label == label }) {
            row = known
            if isFirstRow, known > 0 {
                tasks.removeFirst(known)
                row = 0
            }
        } else {
            row = isFirstRow ? 0 : min(row + 1, Self.most - 1)
            if row < tasks.count, isFirstRow || tasks.count == Self.most {
                tasks[row].label = label
            } else {
                row = tasks.count
                tasks.append(Task(label: label, isDone: isDone))
            }
        }
        tasks[row].isDone = isDone
        return row
    }

    /// Where the bar stands.
    private static func bar(in line: Line) -> (start: Int, end: Int)? {
        var cursor = line.cursor
        while !cursor.isAtEnd, !isCell(cursor) { cursor.position += 1 }
        let start = cursor.position
        while isCell(cursor) { cursor.position += 3 }
        return cursor.position - start >= 15 ? (start, cursor.position) : nil
    }

    /// `━`, `╸` or `╺`.
    private static func isCell(_ cursor: ByteCursor) -> Bool {
        guard cursor.next == 0xE2 else { return false }
        return (cursor.peek(1) == 0x94 && cursor.peek(2) == 0x81)
            || (cursor.peek(1) == 0x95 && (cursor.peek(2) == 0xB8 || cursor.peek(2) == 0xBA))
    }

    /// What the columns behind the bar tell.
    private static func fields(_ cursor: inout ByteCursor) -> Progress? {
        var reading = Progress(source: source)
        var mayBeLeft = false
        var fields = 0
        while !cursor.isAtEnd, fields < 12 {
            cursor.takeBlanks()
            _ = cursor.take(exactly: "•")
            cursor.takeBlanks()
            fields += 1
            let start = cursor.position
            if let clock = cursor.takeClock() {
                if mayBeLeft, reading.fraction != 1 { reading.etaSeconds = clock }
                mayBeLeft = false
                continue
            }
            mayBeLeft = false
            if let percentage = cursor.takeDecimal(), cursor.take("%") {
                guard percentage.hundredth <= 1 else { return nil }
                reading.fraction = percentage.hundredth
                mayBeLeft = true
                continue
            }
            cursor.position = start
            if let size = cursor.takeSize(), cursor.take(exactly: "/s") {
                reading.rate = size > 0 ? size : nil
                mayBeLeft = true
                continue
            }
            cursor.position = start
            if takeCounts(&cursor, into: &reading) { continue }
            while !cursor.isAtEnd, !Byte.isBlank(cursor.next) { cursor.position += 1 }
        }
        if reading.unit == nil { reading.rate = nil }
        return reading.fraction == nil ? nil : reading
    }

    /// `3/10`, `2.4/9.0 MB`, `2.4/9.0 MiB`
    private static func takeCounts(_ cursor: inout ByteCursor, into reading: inout Progress) -> Bool
    {
        guard let done = cursor.takeDecimal(), cursor.take("/") else { return false }
        var sized = cursor
        guard let total = cursor.takeDecimal(), let bytes = sized.takeSize() else { return false }
        reading.done = done.value
        reading.total = total.value
        if sized.position > cursor.position, total.digits > 0 {
            cursor = sized
            reading.done = done.value * (bytes / total.value)
            reading.total = bytes
            reading.unit = "bytes"
        } else if reading.fraction != 1 {
            // Whole numbers tell more than the percentage.
            reading.fraction = total.digits > 0 ? min(done.value / total.value, 1) : 0
        }
        return true
    }

    /// `Epoch 3/9 ━━━━ 42/100 0:00:01 • 0:00:02 40.00it/s`
    private static func lightning(
        _ label: UnsafeRawBufferPointer, _ columns: ByteCursor
    ) -> Progress? {
        var name = ByteCursor(label)
        guard name.take(exactly: "Epoch "), let epoch = name.takeWhole(), name.take("/"),
            let last = name.takeWhole(), epoch.digits <= last.digits
        else { return nil }
        name.takeBlanks()
        var cursor = columns
        cursor.takeBlanks()
        guard name.isAtEnd, let done = cursor.takeWhole(), cursor.take("/"),
            let total = cursor.takeWhole(), total.digits > 0, done.digits <= total.digits,
            cursor.place(of: " • ") != nil
        else { return nil }
        return Progress(
            done: epoch.value + done.value / total.value, total: last.value + 1, unit: "epochs",
            message: MessageText.text(label), source: source)
    }
}
