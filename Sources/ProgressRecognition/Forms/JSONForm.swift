import JobModel

/// A line that is a JSON object with `progress`, or with `done` and `total`:
/// `{"progress": 0.42, "message": "…", "done": 42, "total": 100, "unit": "files"}`.
///
/// - `progress` is 0…1. This is also what plug-ins of Cronicle
///   (`{"progress": 0.5}`) and xyOps (`{"xy": 1, "progress": 0.5, "status": "…"}`)
///   print. A value above 1, up to 100, can only be a percentage; once one has
///   been seen, every later value of the attempt is taken as one, so that `1`
///   and `0.5` among them are not mistaken.
/// - A value that is negative, above 100 or no number is left out; what remains
///   must still tell something.
/// - `total` must be above zero. `done` above `total` counts as all of it.
/// - A message alone counts only where it cannot be an ordinary log line: in
///   `$JOBD_PROGRESS`, and marked `"xy": 1`. So does `done` alone, in
///   `$JOBD_PROGRESS`.
struct JSONForm: LineForm {
    /// What the readings are said to come from.
    var source = ProgressSource.json
    /// Whether a message alone counts without a mark.
    var takesMessages = false
    private var isPercentage = false

    let triggers = LineTriggers(names: ["progress", "done", "xy"])

    init(source: ProgressSource = .json, takesMessages: Bool = false) {
        self.source = source
        self.takesMessages = takesMessages
    }

    mutating func read(_ line: Line) -> Finding? {
        progress(in: line).map { .progress($0) }
    }

    /// The reading in `line`; nil when there is none.
    mutating func progress(in line: Line) -> Progress? {
        let body = line.cursor.rest
        guard body.last == Byte.of("}"), JSONLine.mayMatter(body, messageToo: takesMessages),
            let json = JSONLine(body)
        else { return nil }
        var reading = Progress(source: source)
        reading.message = json.message ?? (json.isMarked ? json.status : nil)
        reading.fraction = json.progress.flatMap { fraction($0) }
        if let done = json.done, done >= 0, done.isFinite {
            reading.done = done
            if let total = json.total, total > 0, total.isFinite { reading.total = total }
            reading.unit = json.unit
        }
        reading.rate = json.rate
        reading.etaSeconds = json.etaSeconds
        if reading.fraction != nil || reading.total != nil { return reading }
        if takesMessages, reading.done != nil { return reading }
        guard takesMessages || json.isMarked, json.message != nil || json.status != nil else {
            return nil
        }
        // The empty message takes the earlier one back.
        return Progress(message: reading.message ?? "", source: source)
    }

    private mutating func fraction(_ value: Double) -> Double? {
        guard value >= 0, value <= 100 else { return nil }
        // A sum of fractions may come out a little above 1.
        if value > 1.001 { isPercentage = true }
        return isPercentage ? value / 100 : value
    }
}
