package import JobModel
import JobStore
package import Journal

/// A resumable sequence of what a job writes, read from its journals. Like the
/// event feed it holds a position and no buffer.
package struct OutputFeed: ~Copyable {
    /// What comes next.
    package enum Step: Sendable {
        /// What was written, in order, and the place after it.
        case output([JournalRecord], OutputPosition)
        /// What was written from this place on cannot be read: somebody else has
        /// written to the journal. Told once for each attempt; the end comes as ever.
        case damaged(OutputPosition)
        /// There is nothing more, and there will not be; the place after the end.
        case ended(Job, OutputPosition)
        /// Nothing new for a while.
        case beat
        /// The listener was closed.
        case closed
    }

    private let log: OutputLog
    private let job: JobID
    private let bell: Bell
    private var position: OutputPosition
    private let follow: Bool
    private let onlyAttempt: Bool
    private let listener: Listener
    /// The attempt whose journal was found damaged.
    private var damagedAttempt: Int?

    init(
        log: OutputLog, job: JobID, bell: Bell, position: OutputPosition, follow: Bool,
        onlyAttempt: Bool, listener: Listener
    ) {
        self.log = log
        self.job = job
        self.bell = bell
        self.position = position
        self.follow = follow
        self.onlyAttempt = onlyAttempt
        self.listener = listener
    }

    deinit {
        log.leave(job)
    }

    /// Waits for what comes next. Only one reader may call this.
    ///
    /// - Throws: when the journal or the store cannot be read.
    package mutating func next() async throws -> Step {
        while true {
            if listener.isClosed { return .closed }
            let count = bell.count
            if let step = try read() { return step }
            // The state first, then what has been written: a job that is finished
            // writes no more.
            guard let job = try await log.store.job(job) else { return .closed }
            if let step = try read() { return step }
            if job.attempt > position.attempt, position.attempt == 0 || !onlyAttempt {
                position = OutputPosition(attempt: position.attempt + 1, offset: 0)
                continue
            }
            // While a job waits for its retry, the attempt before that is over.
            let isOver = job.attempt > position.attempt || (onlyAttempt && !job.state.isActive)
            if job.state.isFinished || isOver || !follow {
                return .ended(job, try log.end(of: AttemptID(job: job.id, number: job.attempt)))
            }
            let sound =
                job.state.isActive
                ? await bell.wait(past: count, listener)
                : await log.waitIdly(for: job.id, bell, past: count, listener)
            switch sound {
            case .rung: continue
            case .beat: return .beat
            case .closed: return .closed
            }
        }
    }

    /// What has been written since, if anything.
    private mutating func read() throws -> Step? {
        guard let reader = try log.reader(of: AttemptID(job: job, number: position.attempt))
        else { return nil }
        var records: [JournalRecord] = []
        // A step may consist of frames that are no output; that is no news, and
        // the look goes on behind them.
        while records.isEmpty {
            let scan = try reader.forEachFrame(from: position.offset, maxBytes: Self.stepBytes) {
                frame, payload in
                if frame.kind.isOutput {
                    records.append(JournalRecord(frame: frame, payload: [UInt8](payload)))
                }
                return true
            }
            guard scan.next > position.offset else {
                // What a power cut leaves behind the last frame is none of the output.
                guard scan.stop == .corrupt, damagedAttempt != position.attempt,
                    let last = try reader.lastFrame(), last.end > position.offset
                else { return nil }
                damagedAttempt = position.attempt
                return .damaged(position)
            }
            position.offset = scan.next
        }
        return .output(records, position)
    }

    /// About as much as one write should carry.
    private static let stepBytes = 64 << 10
}

extension OutputLog {
    /// An attempt's journal; nil when there is none (yet).
    package func reader(of attempt: AttemptID) throws -> JournalReader? {
        guard attempt.number > 0 else { return nil }
        do {
            return try JournalReader(path: directory.journal(attempt))
        } catch let error where error.isNotFound {
            return nil
        } catch {
            throw JobError(
                .internalError, "The output of job \(attempt.job) cannot be read: \(error).")
        }
    }

    /// The place that says the end has been received: beyond the journal's last
    /// byte, so that it differs from the place after the last output.
    package func end(of attempt: AttemptID) throws -> OutputPosition {
        let size = try reader(of: attempt)?.size() ?? 0
        return OutputPosition(attempt: attempt.number, offset: size + 1)
    }
}
