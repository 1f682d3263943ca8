import JobModel

/// HandBrakeCLI: the line it redraws, and the blocks of `--json`.
///
///     Encoding: task 1 of 2, 42.12 % (123.45 fps, avg 120.00 fps, ETA 00h00m12s)
///     Encoding: task 1 of 2, Searching for start time, 42.12 %
///     Scanning title 1 of 1, preview 3, 30.00 %
///     Progress: {
///
/// The fraction is of all tasks (the passes of a two-pass encode); what is
/// printed as ETA is of the task, so it is taken for the last one only. The
/// scan is a phase of its own. Formats: HandBrake's test/test.c, EventLoop();
/// libhb/hb_json.c, hb_state_to_dict().
struct HandBrakeForm: LineForm {
    static let source = ProgressSource(rawValue: "handbrake")

    let triggers = LineTriggers(
        first: "}",
        prefixes: [
            "Encoding: task", "Scanning title", "Muxing: this", "Encode done!", "Progress: {",
            "\"State\"", "\"Pass", "\"Progress\"", "\"ETASeconds\"", "\"Error\"",
        ])

    private struct Block {
        var state = ""
        var progress: Double?
        var pass: UInt64 = 1
        var passes: UInt64 = 1
        var etaSeconds: Double?
        var hasFailed = false
    }

    /// The block of `--json` being read.
    private var block: Block?
    /// Whether the last line was progress.
    private var isRunning = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("E"), Byte.of("e"):
            if cursor.take(text: "encoding: task ") { return readTask(&cursor) }
            // On standard error, once everything is in the file.
            guard isRunning, cursor.take(text: "encode done!"), cursor.isAtEnd else { return nil }
            isRunning = false
            return .progress(Progress(fraction: 1, source: Self.source))
        case Byte.of("S"): return readScan(&cursor)
        case Byte.of("M"):
            guard cursor.take(text: "muxing: this may take awhile...") else { return nil }
            return .progress(Progress(message: "muxing", source: Self.source))
        case Byte.of("P"):
            if cursor.take(text: "progress: {"), cursor.isAtEnd { block = Block() }
        case Byte.of("\""):
            if block != nil { readField(&cursor) }
        case Byte.of("}"):
            guard line.indent == 0, let block else { return nil }
            self.block = nil
            return finding(block)
        default: break
        }
        return nil
    }

    // MARK: Lines

    private mutating func readTask(_ cursor: inout ByteCursor) -> Finding? {
        guard let task = cursor.takeWhole()?.digits, cursor.take(text: " of "),
            let tasks = cursor.takeWhole()?.digits, cursor.take(text: ", ")
        else { return nil }
        let isSearching = cursor.take(text: "searching for start time, ")
        guard let percentage = cursor.takeDecimal(), cursor.take(text: " %") else { return nil }
        let span = cursor.take(past: "eta ") ? cursor.takeSpan() : nil
        isRunning = true
        guard !isSearching else {
            return .progress(
                Progress(
                    fraction: percentage.hundredth, message: "searching for start time",
                    etaSeconds: span, source: Self.source))
        }
        return encoding(percentage.hundredth, task: task, of: tasks, etaSeconds: span)
    }

    private func readScan(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.take(text: "scanning title "), let title = cursor.takeWhole(),
            cursor.take(text: " of "), let titles = cursor.takeWhole(), cursor.take(text: ", ")
        else { return nil }
        if cursor.take(text: "preview ") {
            guard cursor.takeWhole() != nil, cursor.take(text: ", ") else { return nil }
        }
        guard let percentage = cursor.takeDecimal(), cursor.take(text: " %") else { return nil }
        return scanning(
            percentage.hundredth, message: "scanning title \(title.digits) of \(titles.digits)")
    }

    // MARK: Blocks

    /// `"Progress": 0.17249999940395355,`
    private mutating func readField(_ cursor: inout ByteCursor) {
        if cursor.take(text: "\"state\": \"") {
            block?.state = String(decoding: cursor.takeLetters(), as: UTF8.self)
        } else if cursor.take(text: "\"progress\": ") {
            block?.progress = Self.takeLongDecimal(&cursor)
        } else if cursor.take(text: "\"pass\": ") {
            block?.pass = cursor.takeWhole()?.digits ?? 1
        } else if cursor.take(text: "\"passcount\": ") {
            block?.passes = cursor.takeWhole()?.digits ?? 1
        } else if cursor.take(text: "\"etaseconds\": ") {
            block?.etaSeconds = cursor.takeWhole()?.value
        } else if cursor.take(text: "\"error\": ") {
            block?.hasFailed = !cursor.take("0")
        }
    }

    private mutating func finding(_ block: Block) -> Finding? {
        switch block.state {
        case "WORKING":
            guard let progress = block.progress else { return nil }
            // Zero until it is known.
            let left = block.etaSeconds.flatMap { $0 > 0 ? $0 : nil }
            return encoding(progress, task: block.pass, of: block.passes, etaSeconds: left)
        case "SCANNING":
            return block.progress.map { scanning($0, message: "scanning") }
        case "MUXING":
            return .progress(Progress(message: "muxing", source: Self.source))
        case "WORKDONE":
            guard !block.hasFailed else { return nil }
            return .progress(Progress(fraction: 1, source: Self.source))
        default:
            return nil
        }
    }

    /// A number between 0 and 1 to six digits; it is printed with more than are
    /// kept exactly.
    private static func takeLongDecimal(_ cursor: inout ByteCursor) -> Double? {
        var decimal = Decimal()
        guard Byte.isDigit(cursor.next) else { return nil }
        decimal.append(digit: cursor.next)
        cursor.position += 1
        guard cursor.take("."), Byte.isDigit(cursor.next) else { return decimal.value }
        while Byte.isDigit(cursor.next) {
            if decimal.scale < 6 {
                decimal.append(digit: cursor.next)
                decimal.scale += 1
            }
            cursor.position += 1
        }
        return decimal.value
    }

    // MARK: Readings

    private func encoding(
        _ fraction: Double, task: UInt64, of tasks: UInt64, etaSeconds: Double?
    ) -> Finding? {
        guard task >= 1, task <= tasks else { return nil }
        return .progress(
            Progress(
                fraction: (Double(task - 1) + fraction) / Double(tasks),
                message: tasks > 1 ? "task \(task) of \(tasks)" : "encoding",
                etaSeconds: task == tasks ? etaSeconds : nil, source: Self.source))
    }

    private func scanning(_ fraction: Double, message: String) -> Finding {
        .progress(Progress(fraction: fraction, message: message, source: Self.source))
    }
}
