package import JobModel
import JobRunner
import Logging

/// What there is to say of a job that runs and does not get on.
extension Scheduler {
    /// Sentences for people; none when nothing is known.
    package func hints(for job: Job) async -> [String] {
        guard job.state == .running,
            let supervisor = followers[AttemptID(job: job.id, number: job.attempt)]?.supervisor
        else { return [] }
        return await Self.hints(below: supervisor)
    }

    /// Off the scheduler's queue: a job may have thousands of processes.
    @concurrent private static func hints(below supervisor: Int32) async -> [String] {
        let stopped = StoppedProcesses.find(below: supervisor)
        return [
            hint(
                stopped.filter { $0.cause == .signal },
                "stopped by a signal that jobd did not send; resume lets it go on"),
            hint(stopped.filter { $0.cause == .tracer }, "held by a debugger or tracer"),
        ].compactMap { $0 }
    }

    private static func hint(_ processes: [StoppedProcesses.Process], _ text: String) -> String? {
        guard let first = processes.first else { return nil }
        let others = processes.count > 1 ? " and \(processes.count - 1) more processes" : ""
        return "Process \(first.pid) (\(first.name))\(others): \(text)."
    }

    /// Lets what somebody else has stopped go on; what jobd itself holds has an order
    /// that says so.
    package func wake(_ job: Job) {
        guard job.state == .running,
            let follower = followers[AttemptID(job: job.id, number: job.attempt)]
        else { return }
        do {
            _ = try AttemptControl.resume(follower.directory)
        } catch {
            logger.warning(
                "Cannot let a job go on", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
    }
}
