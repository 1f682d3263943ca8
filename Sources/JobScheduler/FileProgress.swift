import JobModel
import JobRunner
import JobStore
import ProgressRecognition

/// How far an attempt is by the files that its processes read.
struct FileProgress {
    private var reads = SequentialReads()
    private var measured = MeasuredProgress()

    /// Takes what its processes had open for reading at `time`.
    ///
    /// - Returns: what to store; nil when there is nothing new to tell.
    mutating func take(_ files: [OpenFile], at time: Timestamp) -> StampedProgress? {
        guard let file = reads.look(at: files) else { return nil }
        let reading = Progress(
            fraction: Double(file.position) / Double(file.size), done: Double(file.position),
            total: Double(file.size), unit: "bytes", message: file.name, source: .files)
        return measured.take(reading, at: time).map { StampedProgress(progress: $0, time: time) }
    }
}
