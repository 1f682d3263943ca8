import JobModel

/// restic(1): on a terminal, or with `RESTIC_PROGRESS_FPS`; or `--json`.
///
///     [0:01] 38.76%  5 files 49.899 MiB, total 15 files 128.746 MiB, 0 errors ETA 0:01
///     [0:00] 60.00%  3 / 5 packs
///     processed 15 files, 128.746 MiB in 0:10
///     {"message_type":"status","seconds_elapsed":1,"seconds_remaining":3,"percent_done":0.2,…}
///
/// While restic still looks for files, the total is only that of those found,
/// and the share (which JSON has even then) falls again: until the time left is
/// printed, which is when all are known, only the bytes done are told
/// (internal/ui/backup/progress.go). The message is what restic says before it counts
/// packs or snapshots, and in JSON the file in work. Sizes are in powers of 1024.
struct ResticForm: LineForm {
    static let source = ProgressSource(rawValue: "restic")

    let triggers = LineTriggers(
        isBracketed: true,
        prefixes: [
            "{\"message_type", "processed ", "check ", "read ", "load", "finding data",
            "searching used", "collecting packs", "rebuilding index", "repacking packs",
            "deleting ", "removing ",
        ])

    /// What restic announces before it counts.
    private static let phases: [StaticString] = [
        "check all packs", "check snapshots, trees and blobs", "read all data", "load indexes",
        "loading indexes", "loading all snapshots", "finding data that is still in use",
        "searching used packs", "collecting packs for deletion and repacking", "rebuilding index",
        "repacking packs", "deleting obsolete index files", "removing ",
    ]
    private var phase: [UInt8] = []
    private var isUnderWay = false
    private var knowsTotal = false

    mutating func read(_ line: Line) -> Finding? {
        var cursor = line.cursor
        switch cursor.next {
        case Byte.of("["):
            guard cursor.take("["), cursor.takeClock() != nil, cursor.take(text: "] ") else {
                return nil
            }
            cursor.takeBlanks()
            return status(&cursor)
        case Byte.of("{"):
            return json(cursor)
        default:
            if isUnderWay, cursor.take(text: "processed ") { return processed(&cursor) }
            if Self.phases.contains(where: { cursor.take(text: $0) }) {
                phase.removeAll(keepingCapacity: true)
                phase.append(contentsOf: line.cursor.rest.prefix(MessageText.limit))
            }
            return nil
        }
    }

    /// What follows `[0:01] `.
    private mutating func status(_ cursor: inout ByteCursor) -> Finding? {
        let start = cursor
        var fraction: Double?
        if let percentage = cursor.takeDecimal(), cursor.take("%") {
            guard percentage.hundredth <= 1 else { return nil }
            fraction = percentage.hundredth
            cursor.takeBlanks()
        } else {
            cursor = start
        }
        guard let count = cursor.takeWhole() else { return nil }
        if fraction != nil, cursor.take(text: " / ") {
            guard let total = cursor.takeWhole(), cursor.take(" ") else { return nil }
            // `packs`, or `packs processed`.
            let unit = cursor.takeLetters()
            guard !unit.isEmpty, cursor.isAtEnd || cursor.next == Byte.space else { return nil }
            return .progress(
                Progress(
                    fraction: fraction, done: count.value, total: total.value,
                    unit: MessageText.text(unit, limit: MessageText.unitLimit),
                    message: phase.withUnsafeBytes { MessageText.text($0) }, source: Self.source))
        }
        guard cursor.take(text: " files") else { return nil }
        _ = cursor.take(text: "/dirs")
        _ = cursor.take(",")
        guard cursor.take(" "), let done = cursor.takeSize(kilo: 1024), cursor.take(text: ", ")
        else {
            return nil
        }
        var total: Double?
        if cursor.take(text: "total ") {
            guard cursor.takeWhole() != nil, cursor.take(text: " files") else { return nil }
            _ = cursor.take(text: "/dirs")
            guard cursor.take(" ") else { return nil }
            total = cursor.takeSize(kilo: 1024)
            guard total != nil else { return nil }
        } else {
            guard cursor.takeWhole() != nil, cursor.take(text: " errors") else { return nil }
        }
        if fraction != nil { knowsTotal = true }
        isUnderWay = true
        return bytes(
            done, of: total, fraction: fraction, eta: Self.timeLeft(cursor), message: nil)
    }

    private func bytes(
        _ done: Double, of total: Double?, fraction: Double?, eta: Double?, message: String?
    ) -> Finding {
        .progress(
            Progress(
                fraction: knowsTotal ? fraction : nil, done: done,
                total: knowsTotal ? total : nil, unit: "bytes", message: message,
                etaSeconds: eta, source: Self.source))
    }

    private static func timeLeft(_ start: ByteCursor) -> Double? {
        var cursor = start
        while !cursor.isAtEnd {
            if cursor.take(text: " eta ") { return cursor.takeClock() }
            cursor.position += 1
        }
        return nil
    }

    /// What follows `processed `.
    private mutating func processed(_ cursor: inout ByteCursor) -> Finding? {
        guard cursor.takeWhole() != nil, cursor.take(text: " files, "),
            let size = cursor.takeSize(kilo: 1024), cursor.take(text: " in ")
        else { return nil }
        return end(at: size)
    }

    /// All is done; the next run begins anew.
    private mutating func end(at size: Double) -> Finding {
        self = ResticForm()
        return .progress(
            Progress(
                fraction: 1, done: size, total: size, unit: "bytes", message: "",
                source: Self.source))
    }

    // MARK: JSON

    private mutating func json(_ cursor: ByteCursor) -> Finding? {
        var start = cursor
        guard start.take(text: "{\"message_type\":\"") else { return nil }
        let isSummary = start.take(text: "summary\"")
        guard isSummary || start.take(text: "status\""), let status = ResticStatus(cursor.rest)
        else { return nil }
        if isSummary {
            guard isUnderWay, let size = status.processed else { return nil }
            return end(at: size)
        }
        guard let fraction = status.fraction else { return nil }
        isUnderWay = true
        knowsTotal = knowsTotal || status.secondsLeft != nil
        return bytes(
            status.bytesDone ?? 0, of: status.totalBytes, fraction: fraction,
            eta: status.secondsLeft, message: status.file)
    }
}
