import Dispatch
import JobEvents
import JobModel
import JobRunner
import JobStore
import Journal
import Logging
import ProgressRecognition

/// From journal to rows: reading what an attempt writes, storing what is derived
/// from it, and its end.
extension Scheduler {
    /// Follows an attempt from now on.
    ///
    /// - Parameter supervisor: its supervisor's pid; nil if that is not known.
    func follow(_ follower: Follower, supervisor: Int32?) {
        followers[follower.attempt] = follower
        watch(follower, supervisor: supervisor)
        pump(follower.attempt)
        watchFiles()
    }

    private func watch(_ follower: Follower, supervisor: Int32?) {
        let attempt = follower.attempt
        if let token = follower.token { watcher.unwatch(token) }
        do {
            follower.token = try watcher.watch(
                journal: follower.directory.journal, pid: supervisor,
                onGrow: { [weak self] in self?.assumeIsolated { _ = $0.pump(attempt) } },
                onExit: { [weak self] in
                    self?.assumeIsolated {
                        $0.followers[attempt]?.isSupervisorGone = true
                        $0.pump(attempt)
                    }
                })
            follower.isExitWatched = supervisor != nil
            follower.supervisor = supervisor
        } catch {
            logger.error(
                "Cannot watch an attempt; trying again",
                metadata: ["job": "\(attempt.job)", "error": "\(error)"])
            follower.token = nil
            later(milliseconds: 1000) { scheduler in
                guard let follower = scheduler.followers[attempt] else { return }
                scheduler.watch(follower, supervisor: supervisor)
                scheduler.pump(attempt)
            }
        }
    }

    /// Reads on in an attempt's journal and stores what comes of it.
    ///
    /// - Returns: whether all that was written has been read.
    @discardableResult
    func pump(_ attempt: AttemptID) -> Bool {
        // However much is held back, the end is not: nothing is stored before it any
        // more, so nothing else would come back here.
        guard let follower = followers[attempt], !follower.isEnding,
            follower.exit != nil || follower.readings.count < Follower.maximumReadings
        else { return false }
        let isGone = follower.isSupervisorGone
        let stop: JournalScan.Stop
        do {
            let (reason, sawOutput) = try follower.read(buffer: buffer, maxBytes: Self.pumpBytes)
            stop = reason
            if sawOutput { output.ring(attempt.job) }
            if !follower.isExitWatched, !isGone, let pid = try follower.reader?.supervisorPID() {
                watch(follower, supervisor: pid)
            }
        } catch {
            logger.error(
                "Cannot read a journal; trying again",
                metadata: ["job": "\(attempt.job)", "error": "\(error)"])
            later(milliseconds: 1000) { _ = $0.pump(attempt) }
            return false
        }
        if let exit = follower.exit {
            // The supervisor syncs the journal after its last word, and then goes:
            // a job that is finished has its output on the disk.
            if isGone { end(follower, follower.readOutcome(of: exit)) }
            return true
        }
        store(follower)
        scheduleFlush(follower)
        switch stop {
        case .limit:
            // Others have their turn in between.
            queue.async { [weak self] in self?.assumeIsolated { _ = $0.pump(attempt) } }
            return false
        case .end, .incomplete, .corrupt:
            if isGone { lose(follower) }
            return true
        }
    }

    // MARK: Storing

    /// Stores its readings, unless some are being stored: then when those are.
    func store(_ follower: Follower) {
        guard !follower.readings.isEmpty, !follower.isWriting, !follower.isEnding else { return }
        follower.isWriting = true
        let readings = follower.readings
        let consumed = follower.offset
        let attempt = follower.attempt
        follower.readings = []
        Task {
            do {
                try await store.record(readings, of: attempt, consumed: consumed)
                stored(attempt, unstored: [])
            } catch {
                logger.error(
                    "Cannot store progress; trying again",
                    metadata: ["job": "\(attempt.job)", "error": "\(error)"])
                // Nobody cancels this; the disk is given a moment.
                try? await Task.sleep(for: .milliseconds(500))
                stored(attempt, unstored: readings)
            }
        }
    }

    private func stored(_ attempt: AttemptID, unstored: [StampedProgress]) {
        guard let follower = followers[attempt] else { return }
        follower.isWriting = false
        let wasFull = follower.readings.count >= Follower.maximumReadings
        follower.readings = unstored + follower.readings
        if let outcome = follower.outcome { return end(attempt, outcome) }
        store(follower)
        if wasFull { pump(attempt) }
    }

    /// A reading that was held back is passed on when its time has come, if none
    /// came after it.
    private func scheduleFlush(_ follower: Follower) {
        guard let due = follower.tracker.due, follower.flushScheduled != due else { return }
        follower.flushScheduled = due
        let attempt = follower.attempt
        let delay = Int(max(0, (due - now() + 999) / 1000))
        later(milliseconds: delay) { scheduler in
            guard let follower = scheduler.followers[attempt], !follower.isEnding,
                follower.flushScheduled == due
            else { return }
            follower.flushScheduled = nil
            // The clock first, then all that was written before: the reading is
            // passed on only if nothing newer stands in the journal, as it will be
            // when the journal is read again.
            let now = scheduler.now()
            guard scheduler.pump(attempt), !follower.isEnding else { return }
            follower.flush(at: now)
            scheduler.store(follower)
            scheduler.scheduleFlush(follower)
        }
    }

    // MARK: The end

    private func lose(_ follower: Follower) {
        let killed = Remnants.kill(markedBy: Remnants.mark(of: follower.directory))
        let time = now()
        follower.finishTracking(at: time)
        let rest = killed > 0 ? " \(killed) processes it left were killed." : ""
        end(follower, .lost("The job's supervisor was killed.\(rest)", time: time))
    }

    private func end(_ follower: Follower, _ outcome: Outcome) {
        follower.outcome = outcome
        // What is being stored comes first: should that fail, it goes with the end.
        if !follower.isWriting { end(follower.attempt, outcome) }
    }

    /// Stores an attempt's end, for as long as it takes: a job whose end is not
    /// stored would hold its slot for ever.
    func end(_ attempt: AttemptID, _ outcome: Outcome) {
        Task {
            var isToldOf = false
            while !isStopped {
                let follower = followers[attempt]
                do {
                    try await store.finish(
                        attempt, with: outcome, readings: follower?.readings ?? [],
                        consumed: follower?.offset ?? 0)
                    break
                } catch {
                    if !isToldOf {
                        logger.error(
                            "Cannot store a job's end; trying again",
                            metadata: ["job": "\(attempt.job)", "error": "\(error)"])
                    }
                    isToldOf = true
                    // As above.
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            forget(attempt)
        }
    }

    private func forget(_ attempt: AttemptID) {
        if let follower = followers.removeValue(forKey: attempt) {
            if let token = follower.token { watcher.unwatch(token) }
            if !follower.spec.limits.isEmpty { controlGroups?.remove(attempt) }
            do {
                try follower.directory.removeTransient()
            } catch {
                logger.warning(
                    "Cannot remove an attempt's pipes",
                    metadata: ["job": "\(attempt.job)", "error": "\(error)"])
            }
        }
        output.ring(attempt.job)
    }

    /// How much of one journal is read before others have their turn.
    private static let pumpBytes = 256 << 10
}
