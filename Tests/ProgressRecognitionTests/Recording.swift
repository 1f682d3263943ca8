import JobModel
import ProgressRecognition

/// A piece of a journal: bytes, and where and when they were printed.
struct Frame {
    var bytes: [UInt8]
    var channel: OutputChannel
    /// Milliseconds.
    var at: Int64
    /// By how much the wall clock is ahead then, in microseconds.
    var step: Int64 = 0

    init(_ text: String, _ channel: OutputChannel = .stdout, at: Int64 = 0) {
        self.init(Array(text.utf8), channel, at: at)
    }

    init(_ bytes: [UInt8], _ channel: OutputChannel = .stdout, at: Int64 = 0) {
        self.bytes = bytes
        self.channel = channel
        self.at = at
    }
}

/// A row as the daemon would store it.
struct Row: Equatable, CustomStringConvertible {
    var progress: Progress
    var at: Timestamp

    var description: String {
        let numbers = [progress.fraction, progress.done, progress.total]
            .map { $0.map { "\($0)" } ?? "-" }.joined(separator: " ")
        return "\(at.microseconds)µs \(progress.source.rawValue) \(numbers) "
            + (progress.message ?? "-")
    }
}

extension Timestamp {
    static func milliseconds(_ count: Int64) -> Timestamp {
        Timestamp(microseconds: 1_000_000_000 + count * 1000)
    }
}

extension ProgressTracker {
    /// Takes a frame; the rows that come out.
    mutating func rows(_ frame: Frame) -> [Row] {
        var rows: [Row] = []
        wallClockWasSet(to: frame.step, at: .milliseconds(frame.at)) {
            rows.append(Row(progress: $0, at: $1))
        }
        frame.bytes.withUnsafeBytes { bytes in
            consume(bytes, from: frame.channel, at: .milliseconds(frame.at)) {
                rows.append(Row(progress: $0, at: $1))
            }
        }
        return rows
    }

    mutating func flushed(at milliseconds: Int64) -> [Row] {
        var rows: [Row] = []
        flush(at: .milliseconds(milliseconds)) { rows.append(Row(progress: $0, at: $1)) }
        return rows
    }

    mutating func finished(at milliseconds: Int64) -> [Row] {
        var rows: [Row] = []
        finish(at: .milliseconds(milliseconds)) { rows.append(Row(progress: $0, at: $1)) }
        return rows
    }
}

/// The rows of frames with no interval between updates, to the end.
func record(_ frames: [Frame], interval: Int64 = 0) -> [Row] {
    var tracker = ProgressTracker(intervalMicroseconds: interval * 1000, resumed: nil)
    var rows = frames.flatMap { tracker.rows($0) }
    rows += tracker.finished(at: frames.map(\.at).max() ?? 0)
    return rows
}

/// What lines tell, each printed 200 ms after the one before.
func readings(of lines: [String], _ channel: OutputChannel = .stdout) -> [Progress] {
    record(lines.enumerated().map { Frame($1 + "\n", channel, at: Int64($0) * 200) })
        .map(\.progress)
}

/// Compact form of a reading to compare with: fraction, counts, message.
func told(_ progress: Progress) -> String {
    var parts: [String] = []
    parts.append(progress.fraction.map { "\($0)" } ?? "nil")
    if let done = progress.done { parts.append("\(done)/\(progress.total.map { "\($0)" } ?? "?")") }
    if let unit = progress.unit { parts.append(unit) }
    if let message = progress.message { parts.append("'\(message)'") }
    return parts.joined(separator: " ")
}
