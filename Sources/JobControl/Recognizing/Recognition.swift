import JobModel
import ProgressRecognition

/// What the daemon would recognise in some output.
struct Recognition {
    /// A reading, and when it was taken, in microseconds from the beginning.
    struct Reading {
        var progress: Progress
        var time: Int64
    }

    private var tracker: ProgressTracker
    /// The beginning, by the clock of the tracker.
    private let start: Timestamp
    /// How many bytes of output there were.
    private(set) var outputBytes = 0
    /// How many readings there were from each source, in the order of their first.
    private(set) var counts: [(source: String, count: Int)] = []
    private var end: Int64 = 0

    /// - Parameters:
    ///   - intervalMicroseconds: Readings closer together than this become one.
    ///   - start: When the output began.
    init(intervalMicroseconds: Int64, start: Timestamp) {
        tracker = ProgressTracker(intervalMicroseconds: intervalMicroseconds, resumed: nil)
        self.start = start
    }

    /// Takes some output; the readings that come of it.
    mutating func take(_ part: OutputPart) -> [Reading] {
        var readings: [Reading] = []
        end = max(end, part.time)
        if part.channel != .direct { outputBytes += part.bytes.count }
        part.bytes.withUnsafeBytes { bytes in
            tracker.consume(bytes, from: part.channel, at: start + part.time) {
                readings.append(Reading(progress: $0, time: $1 - start))
            }
        }
        return counted(readings)
    }

    /// When there will be a reading even if no more comes, in microseconds from the
    /// beginning.
    var due: Int64? { tracker.due.map { $0 - start } }

    /// The readings that are due now.
    mutating func flush(at time: Int64) -> [Reading] {
        var readings: [Reading] = []
        tracker.flush(at: start + time) {
            readings.append(Reading(progress: $0, time: $1 - start))
        }
        return counted(readings)
    }

    /// The readings that waited for more, when that has not come.
    mutating func finish() -> [Reading] {
        var readings: [Reading] = []
        tracker.finish(at: start + end) {
            readings.append(Reading(progress: $0, time: $1 - start))
        }
        return counted(readings)
    }

    private mutating func counted(_ readings: [Reading]) -> [Reading] {
        for reading in readings {
            let source = reading.progress.source.rawValue
            if let index = counts.firstIndex(where: { $0.source == source }) {
                counts[index].count += 1
            } else {
                counts.append((source, 1))
            }
        }
        return readings
    }
}
