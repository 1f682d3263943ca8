import Dispatch
import JobModel
import JobRunner
import JobStore
import Journal
import ProgressRecognition

/// What the scheduler knows of an attempt that it follows: how far it has read
/// the journal, and what it has derived and not yet stored.
final class Follower {
    let attempt: AttemptID
    let spec: JobSpec
    let directory: AttemptDirectory
    /// Up to where an earlier life of the daemon has stored what it derived; it
    /// is derived again, for the tracker's memory, and not stored again.
    let derived: UInt64
    /// What it was granted.
    let granted: [String: Grant]

    /// Names the watch on it; nil while there is none.
    var token: AttemptWatcher.Token?
    /// The supervisor's pid; nil while it is not known.
    var supervisor: Int32?
    /// Whether the supervisor is, or was, a child of this daemon, and so are all whom it
    /// leaves.
    var isChild = false
    /// Whether that watch knows of the supervisor's end.
    var isExitWatched = false
    var reader: JournalReader?
    /// Up to where the journal has been read.
    var offset: UInt64 = 0
    var tracker: ProgressTracker
    /// The clock of its frames, and how the wall clock stands to it.
    private(set) var clock = AttemptClock()
    /// What the files that it reads tell; nil when nobody asked for that, and from
    /// the moment on when the output tells it.
    private(set) var fileProgress: FileProgress?
    /// Derived, not yet stored.
    var readings: [StampedProgress] = []
    /// Whether some are being stored.
    var isWriting = false
    /// The supervisor's last word.
    var exit: (record: JournalExit, frame: JournalFrame)?
    /// Whether there will be no last word any more.
    var isSupervisorGone = false
    /// Whether reading on is due without another cause.
    var isPumpDue = false
    /// How it ended, once that is known and only remains to be stored.
    var outcome: Outcome?
    /// When the flush that is scheduled is due, by the attempt's clock.
    var flushScheduled: Timestamp?
    /// The cancel that the supervisor has been told of.
    var cancelSent: CancelOrder?
    /// Whether it was last told to pause; nil when an earlier life of the daemon
    /// may have told it something.
    var pauseSent: Bool?
    /// The newest signal that it has been told to deliver.
    var signalSent: Int64 = 0

    init(
        _ attempt: AttemptID, spec: JobSpec, granted: [String: Grant],
        directory: AttemptDirectory, derived: UInt64, tracker: ProgressTracker
    ) {
        self.attempt = attempt
        self.spec = spec
        self.granted = granted
        self.directory = directory
        self.derived = derived
        self.tracker = tracker
        fileProgress = spec.watchFiles ? FileProgress() : nil
    }

    var isEnding: Bool { outcome != nil }

    /// Whether its files are to be looked at. One that is paused reads nothing.
    var isFileWatched: Bool {
        fileProgress != nil && pauseSent != true && exit == nil && !isSupervisorGone && !isEnding
    }

    /// How far it is by the files that were open at `time`; nil when there is
    /// nothing new to tell.
    func takeFiles(_ files: [OpenFile], at time: Timestamp) -> StampedProgress? {
        fileProgress?.take(files, at: time)
    }

    /// More than this waits in the journal instead of in memory.
    static let maximumReadings = 1000

    /// Reads on, at most about `maxBytes`, and derives readings.
    ///
    /// How far it has read (`offset`), what the tracker has seen and what is derived
    /// always belong together, also when reading fails in the middle: what was
    /// derived is never derived again.
    ///
    /// - Returns: why reading stopped.
    func read(buffer: JournalBuffer, maxBytes: Int) throws -> JournalScan.Stop {
        let reader = try self.reader ?? directory.openJournal(buffer: buffer)
        self.reader = reader
        defer { preferOutput() }
        let scan = try reader.forEachFrame(from: offset, maxBytes: maxBytes) { frame, payload in
            defer { offset = frame.end }
            let isNew = frame.end > derived
            let time = Timestamp(microseconds: frame.time)
            let emit = { (progress: Progress, time: Timestamp) in
                if isNew { self.readings.append(StampedProgress(progress: progress, time: time)) }
            }
            if clock.take(frame, at: .now) {
                tracker.wallClockWasSet(to: clock.step, at: time, emit: emit)
            }
            let channel: OutputChannel
            switch frame.kind {
            case .start, .command: return true
            case .exit:
                exit = JournalExit(payload: payload).map { ($0, frame) }
                return false
            case .stdout: channel = .stdout
            case .stderr: channel = .stderr
            case .progress: channel = .direct
            }
            tracker.consume(payload, from: channel, at: time, emit: emit)
            return true
        }
        return scan.stop
    }

    /// Passes on the reading that was held back, if it is due.
    ///
    /// - Parameter now: by the attempt's clock.
    func flush(at now: Timestamp) {
        tracker.flush(at: now) { readings.append(StampedProgress(progress: $0, time: $1)) }
        preferOutput()
    }

    /// What is printed is better than what the files tell, also when it was
    /// stored in an earlier life of the daemon.
    private func preferOutput() {
        if tracker.hasNumbers { fileProgress = nil }
    }

    /// How the attempt ended; call once, when `exit` is known.
    func readOutcome(of exit: (record: JournalExit, frame: JournalFrame)) -> Outcome {
        finishTracking(at: Timestamp(microseconds: exit.frame.time))
        var outcome = Outcome(
            exit.record, spec: spec, outputBytes: exit.frame.position,
            time: Timestamp(microseconds: exit.frame.wall))
        outcome.duration = clock.elapsed
        return outcome
    }

    /// Takes the end of the output, at a time of the attempt's clock.
    func finishTracking(at time: Timestamp) {
        tracker.finish(at: time) { readings.append(StampedProgress(progress: $0, time: $1)) }
    }
}
