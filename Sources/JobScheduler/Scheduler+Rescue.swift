import Foundation
import Glibc
import JobModel
import JobRunner
import JobStore
import Journal
import Logging
import ProgressRecognition

/// What an earlier life of the daemon has left: attempts that go on, that ended
/// meanwhile, that never started, and those that are lost.
extension Scheduler {
    /// Takes over what is there, and begins to look for work.
    ///
    /// - Throws: when the store cannot be read.
    package func start() async throws {
        try await files.setAsideUnknown(supervisor: launcher.supervisor)
        try await store.shortenPauses()
        var adopted = 0
        for active in try await store.activeAttempts() where rescue(active) { adopted += 1 }
        controlGroups?.removeEmpty()
        if adopted > 0 {
            logger.notice("Adopted running jobs", metadata: ["count": "\(adopted)"])
        }
        if geteuid() == 0 { ForeignProgress.removeStale() }
        isStarted = true
        look()
        // There may be many, for which nobody has to wait.
        Task { await files.removeLeftovers() }
    }

    /// Takes over one attempt. What is wrong with it is its own trouble, and keeps
    /// nobody else's from going on.
    ///
    /// - Returns: whether the attempt goes on.
    @discardableResult
    private func rescue(_ active: ActiveAttempt) -> Bool {
        let attempt = active.attempt
        var directory = existingDirectory(of: attempt)
        let inspection: AttemptInspection
        do throws(JournalError) {
            inspection = try AttemptInspection.inspect(directory, buffer: buffer)
            troubles.isOver(Self.rescuing, with: attempt.job)
        } catch {
            guard error.isPassing else {
                let follower = follower(of: active, in: directory)
                followers[attempt] = follower
                lose(follower, "The job can no longer be followed: \(error).")
                return false
            }
            troubles.failed(Self.rescuing, error, with: attempt.job)
            later(milliseconds: 1000) { scheduler in
                scheduler.rescue(active)
                // Something may have been asked of it meanwhile.
                scheduler.ringForOrders()
                scheduler.ring()
            }
            return true
        }
        if inspection == .neverStarted,
            let holder = SupervisorSearch.find(of: directory, supervisor: launcher.supervisor)
        {
            // Somebody has removed the journal, or what was in it; but the supervisor
            // lives, has it open, and writes to it.
            logger.warning(
                "The files of a running job were removed; what it writes is lost when it ends",
                metadata: ["job": "\(attempt.job)", "supervisor": "\(holder)"])
            directory = AttemptDirectory(
                path: directory.path, progress: directory.progress, holder: holder)
            adopt(follower(of: active, in: directory), supervisor: holder)
            return true
        }
        let follower = follower(of: active, in: directory)
        switch inspection {
        case .running(let supervisor):
            adopt(follower, supervisor: supervisor)
            return true
        case .ended:
            // Its record is found by reading to the journal's end.
            followers[attempt] = follower
            follower.isSupervisorGone = true
            pump(attempt)
        case .lost:
            followers[attempt] = follower
            follower.isSupervisorGone = true
            pump(attempt)
        case .neverStarted where active.bootID == bootID && active.orders.cancel == nil:
            // The daemon died between giving the slot and launching.
            launch(attempt, active.spec, granted: active.granted)
            return true
        case .neverStarted where active.bootID == bootID:
            end(attempt, Outcome(state: .cancelled, time: now()))
        case .neverStarted:
            // The journal's beginning may have been lost with the power.
            end(attempt, .lost("The machine restarted while the job ran.", time: now()))
        }
        return false
    }

    private func follower(
        of active: ActiveAttempt, in directory: AttemptDirectory
    ) -> Follower {
        Follower(
            active.attempt, spec: active.spec, granted: active.granted, directory: directory,
            derived: active.consumed,
            tracker: ProgressTracker(
                intervalMicroseconds: progressInterval, resumed: active.newestReading))
    }

    private func adopt(_ follower: Follower, supervisor: Int32?) {
        controlGroups?.restore(follower.attempt, follower.spec.limits)
        follow(follower, supervisor: supervisor)
        // What was sent while no daemon could pass it on.
        offerInput(follower.attempt)
    }

    private static let rescuing = "Cannot look at what an attempt has left"
}
