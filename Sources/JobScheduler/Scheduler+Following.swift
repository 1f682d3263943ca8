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
        follower.token = watcher.watch(
            follower.directory, pid: supervisor,
            onGrow: { [weak self] in self?.assumeIsolated { $0.grown(attempt) } },
            onExit: { [weak self] in
                self?.assumeIsolated {
                    $0.followers[attempt]?.isSupervisorGone = true
                    $0.pump(attempt)
                }
            })
        follower.isExitWatched = supervisor != nil
        follower.supervisor = supervisor
        if supervisor == nil { later(milliseconds: 1000) { $0.findSupervisor(of: attempt) } }
    }

    /// Looks for the supervisor of an attempt whose journal does not tell its pid:
    /// the journal's beginning may be damaged.
    private func findSupervisor(of attempt: AttemptID) {
        guard let follower = followers[attempt], !follower.isExitWatched,
            !follower.isSupervisorGone
        else { return }
        let directory = follower.directory
        if let pid = SupervisorSearch.find(of: directory, supervisor: launcher.supervisor) {
            watch(follower, supervisor: pid)
        } else if (try? AttemptInspection.inspect(directory)) == .running(supervisor: nil) {
            // It has just been started, and does not bear its name yet. (What cannot be
            // inspected has no supervisor that could be found either.)
            later(milliseconds: 1000) { $0.findSupervisor(of: attempt) }
        } else {
            follower.isSupervisorGone = true
        }
        pump(attempt)
    }

    /// A journal has grown.
    private func grown(_ attempt: AttemptID) {
        // Those who read the output need not wait for what is derived from it.
        output.ring(attempt.job)
        // Many small additions are one turn, not one each.
        guard let follower = followers[attempt], !follower.isPumpDue else { return }
        pump(attempt)
    }

    /// Reads on in a journal when all others had their turn.
    private func pumpLater(_ follower: Follower) {
        guard !follower.isPumpDue else { return }
        follower.isPumpDue = true
        let attempt = follower.attempt
        queue.async { [weak self] in
            self?.assumeIsolated { scheduler in
                scheduler.followers[attempt]?.isPumpDue = false
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
            stop = try follower.read(buffer: buffer, maxBytes: Self.pumpBytes)
            if !follower.isExitWatched, !isGone, let pid = try follower.reader?.supervisorPID() {
                watch(follower, supervisor: pid)
            }
            troubles.isOver(Self.reading, with: attempt.job)
        } catch {
            if let error = error as? JournalError, !error.isPassing {
                lose(follower, "Its output cannot be read: \(error).")
                return true
            }
            troubles.failed(Self.reading, error, with: attempt.job)
            // What was read before is stored all the same.
            store(follower)
            later(milliseconds: 1000) { _ = $0.pump(attempt) }
            return false
        }
        if let exit = follower.exit {
            // The supervisor syncs the journal after its last word, and then goes:
            // a job that is finished has its output on the disk.
            if isGone {
                let outcome = follower.readOutcome(of: exit)
                if exit.record.isPassing, follower.cancelSent == nil {
                    launchAgain(follower, because: outcome.error ?? "")
                } else {
                    end(follower, outcome)
                }
            }
            return true
        }
        store(follower)
        scheduleFlush(follower)
        switch stop {
        case .limit:
            pumpLater(follower)
            return false
        case .end, .incomplete, .corrupt:
            if isGone { lose(follower, "The job's supervisor was killed.") }
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
                troubles.isOver(Self.storing, with: attempt.job)
                stored(attempt, unstored: [])
            } catch {
                troubles.failed(Self.storing, error, with: attempt.job)
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
        let delay = Int(max(0, (due - follower.clock.now(at: .now) + 999) / 1000))
        later(milliseconds: delay) { scheduler in
            guard let follower = scheduler.followers[attempt], !follower.isEnding,
                follower.flushScheduled == due
            else { return }
            follower.flushScheduled = nil
            // The clock first, then all that was written before: the reading is
            // passed on only if nothing newer stands in the journal, as it will be
            // when the journal is read again.
            let now = follower.clock.now(at: .now)
            guard scheduler.pump(attempt), !follower.isEnding else { return }
            follower.flush(at: now)
            scheduler.store(follower)
            scheduler.scheduleFlush(follower)
        }
    }

    // MARK: The end

    /// Ends an attempt that nobody supervises any more, or whose supervisor cannot be
    /// followed, and what is left of it.
    ///
    /// - Parameter reason: a sentence.
    func lose(_ follower: Follower, _ reason: String) {
        lose(follower, reason, Remnants.Result(), rounds: 0)
    }

    /// - Parameters:
    ///   - before: what came of it until now.
    ///   - rounds: how often it was tried to end what is left.
    private func lose(
        _ follower: Follower, _ reason: String, _ before: Remnants.Result, rounds: Int
    ) {
        // What cannot be read names no command; there are other signs.
        let reader = follower.reader ?? (try? follower.directory.openJournal(buffer: buffer))
        let remnants = Remnants(
            of: follower.directory, journal: reader, supervisor: launcher.supervisor)
        var result = remnants.kill()
        result.killed = max(result.killed, before.killed)
        if result.left > 0, rounds < Self.lastRounds {
            // Nothing is started beside them, as another attempt would be.
            let attempt = follower.attempt
            follower.isSupervisorGone = true
            later(milliseconds: 200) { [result] scheduler in
                guard let follower = scheduler.followers[attempt], !follower.isEnding else {
                    return
                }
                scheduler.lose(follower, reason, result, rounds: rounds + 1)
            }
            return
        }
        follower.finishTracking(at: follower.clock.now(at: .now))
        var reason = reason
        if result.killed > result.left {
            reason += " \(result.killed - result.left) processes it left were killed."
        }
        if result.left > 0 { reason += " \(result.left) processes it left could not be ended." }
        if !follower.isChild {
            reason += " Processes that it had moved into sessions of their own may still run."
        }
        end(follower, .lost(reason, time: now()))
    }

    /// Ends an attempt that was cancelled after its supervisor had gone: nobody waits
    /// until all that it has written is read.
    func endUnread(_ follower: Follower) {
        guard !follower.isEnding else { return }
        do {
            let reader = try follower.reader ?? follower.directory.openJournal(buffer: buffer)
            guard let exit = try reader.exit() else {
                return lose(follower, "The job's supervisor was killed.")
            }
            end(follower, follower.readOutcome(of: (exit.exit, exit.frame)))
        } catch {
            troubles.failed(Self.reading, error, with: follower.attempt.job)
            let attempt = follower.attempt
            later(milliseconds: 1000) { scheduler in
                guard let follower = scheduler.followers[attempt] else { return }
                scheduler.endUnread(follower)
            }
        }
    }

    private func end(_ follower: Follower, _ outcome: Outcome) {
        follower.outcome = outcome
        // What is being stored comes first: should that fail, it goes with the end.
        if !follower.isWriting { end(follower.attempt, outcome) }
    }

    /// Stores an attempt's end, for as long as it takes: a job whose end is not
    /// stored would hold its slot for ever.
    func end(_ attempt: AttemptID, _ outcome: Outcome) {
        removePipes(of: attempt)
        Task {
            while !isStopped {
                let follower = followers[attempt]
                do {
                    try await store.finish(
                        attempt, with: outcome, readings: follower?.readings ?? [],
                        consumed: follower?.offset ?? 0)
                    break
                } catch {
                    troubles.failed(Self.ending, error, with: attempt.job)
                    // As above.
                    try? await Task.sleep(for: .milliseconds(500))
                }
            }
            for trouble in [Self.reading, Self.storing, Self.starting, Self.ending] {
                troubles.isOver(trouble, with: attempt.job)
            }
            forget(attempt)
        }
    }

    /// Removes what only a running attempt needs. Before its end is stored: after that
    /// no daemon would come back to it.
    private func removePipes(of attempt: AttemptID) {
        let directory = followers[attempt]?.directory ?? existingDirectory(of: attempt)
        do {
            try directory.removeTransient()
        } catch {
            logger.warning(
                "Cannot remove an attempt's pipes",
                metadata: ["job": "\(attempt.job)", "error": "\(error)"])
        }
    }

    private func forget(_ attempt: AttemptID) {
        if let follower = followers.removeValue(forKey: attempt) {
            if let token = follower.token { watcher.unwatch(token) }
            if !follower.spec.limits.isEmpty { controlGroups?.remove(attempt) }
        }
        output.ring(attempt.job)
    }

    /// How often what a lost attempt left is killed, five times a second.
    private static let lastRounds = 50
    /// How much of one journal is read before others have their turn.
    private static let pumpBytes = 256 << 10

    // What may go wrong for a while, in words for the log.
    private static let reading = "Cannot read a journal"
    private static let storing = "Cannot store progress"
    private static let ending = "Cannot store a job's end"
}
