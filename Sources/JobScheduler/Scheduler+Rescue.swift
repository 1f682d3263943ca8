import Foundation
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
        try await removeStrays()
        var adopted = 0
        for active in try await store.activeAttempts() {
            if try rescue(active) { adopted += 1 }
        }
        controlGroups?.removeEmpty()
        if adopted > 0 {
            logger.notice("Adopted running jobs", metadata: ["count": "\(adopted)"])
        }
        look()
    }

    /// - Returns: whether the attempt goes on.
    private func rescue(_ active: ActiveAttempt) throws -> Bool {
        let attempt = active.attempt
        let directory = existingDirectory(of: attempt)
        let follower = Follower(
            attempt, spec: active.spec, directory: directory, derived: active.consumed,
            tracker: ProgressTracker(
                intervalMicroseconds: progressInterval, resumed: active.newestReading))
        switch try AttemptInspection.inspect(directory, buffer: buffer) {
        case .running(let supervisor):
            controlGroups?.restore(attempt, active.spec.limits)
            follow(follower, supervisor: supervisor)
            // What was sent while no daemon could pass it on.
            offerInput(attempt)
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

    /// Removes the files of jobs that are gone: a daemon may have died between
    /// deleting a job's rows and its files.
    private func removeStrays() async throws {
        // A state directory that is new has no jobs to look through.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.jobs)) ?? []
        let ids = names.compactMap { Int64($0) }.map(JobID.init(rawValue:))
        let existing = try await store.existing(among: ids)
        for id in ids where !existing.contains(id) { removeFiles(of: id) }
    }
}
