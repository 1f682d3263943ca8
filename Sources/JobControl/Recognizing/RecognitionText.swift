import JobAPI
import JobModel

/// What was recognised, in words and in JSON.
enum RecognitionText {
    /// `   1.500  rsync      42%  3.1 MiB/s  19s left  a.txt`
    static func line(_ reading: Recognition.Reading) -> StyledLine {
        var line = StyledLine()
        line.append(
            DisplayText.pad(seconds(reading.time, decimals: 3), 8, alignedRight: true), .gray)
        line.append("  ")
        line.append(DisplayText.pad(reading.progress.source.rawValue, 9), .cyan)
        line.append("  ")
        line.append(ProgressText.line(ProgressResource(reading.progress)))
        return line
    }

    /// The reading as the stream of a job's progress would have it, with its time
    /// from the beginning in place of what only a job has.
    static func json(_ reading: Recognition.Reading) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("offset_seconds")
            $0.raw(seconds(reading.time, decimals: 6))
            $0.members(of: reading.progress)
        }
        return json.bytes
    }

    /// `12 readings: rsync 10, percent 2`; nil when there were none.
    static func summary(_ counts: [(source: String, count: Int)]) -> String? {
        let sum = counts.reduce(0) { $0 + $1.count }
        guard sum > 0 else { return nil }
        let each = counts.map { "\($0.source) \($0.count)" }.joined(separator: ", ")
        return "\(sum) \(sum == 1 ? "reading" : "readings"): \(each)"
    }

    private static func seconds(_ microseconds: Int64, decimals: Int) -> String {
        let fraction = String(1_000_000 + microseconds % 1_000_000).dropFirst().prefix(decimals)
        return "\(microseconds / 1_000_000).\(fraction)"
    }
}

extension ProgressResource {
    /// A reading as a client has it.
    init(_ progress: Progress) {
        self.init(
            fraction: progress.fraction, done: progress.done, total: progress.total,
            unit: progress.unit, message: progress.message, rate: progress.rate,
            etaSeconds: progress.etaSeconds, source: progress.source.rawValue)
    }
}
