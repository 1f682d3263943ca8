#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

import JobAPI

/// A job in words.
enum JobText {
    /// What to call it: its name, else its command.
    static func title(_ job: JobResource) -> String {
        DisplayText.clean(job.name ?? ShellQuoting.line(job.command))
    }

    /// How it stands, or how it ended: `running`, `succeeded in 12s`,
    /// `failed after 3.0s: exit code 3`.
    static func standing(_ job: JobResource) -> String {
        switch job.state {
        case .succeeded: "succeeded" + duration(job, "in")
        case .failed: "failed\(duration(job, "after")): \(reason(job))"
        case .cancelled: "cancelled" + duration(job, "after")
        case .waiting: "waiting\(wait(job))"
        default:
            job.cancelRequestedAt == nil ? job.state.rawValue : "\(job.state.rawValue), ending"
        }
    }

    /// What a waiting job waits for, after that word: ` until 22:30`, ` for jobs 40,
    /// 41`, ` to be tried again at 22:30, after exit code 3`.
    private static func wait(_ job: JobResource) -> String {
        let time = job.eligibleAt.map(TimeText.local)
        switch job.waitingFor {
        case "time"?: return time.map { " until \($0)" } ?? ""
        case "jobs"?:
            guard !job.after.isEmpty else { return " for other jobs" }
            let shown = job.after.prefix(5).map(String.init).joined(separator: ", ")
            let rest = job.after.count > 5 ? " and \(job.after.count - 5) more" : ""
            return " for \(job.after.count == 1 ? "job" : "jobs") \(shown)\(rest)"
        case "retry"?:
            let reason = job.failure == nil ? "" : ", after \(reason(job))"
            return " to be tried again\(time.map { " at \($0)" } ?? "")\(reason)"
        default: return ""
        }
    }

    /// Why it failed.
    static func reason(_ job: JobResource) -> String {
        reason(
            failure: job.failure, exitCode: job.exitCode, signal: job.signal, error: job.error)
    }

    /// Why a job failed: a few words where they say it all, else the daemon's.
    static func reason(
        failure: JobResource.Failure?, exitCode: Int?, signal: Int?, error: String?
    ) -> String {
        switch failure {
        case JobResource.Failure.exit?: return "exit code \(exitCode.map(String.init) ?? "?")"
        case JobResource.Failure.signal?: return "ended by \(SignalName.text(signal))"
        default: break
        }
        if let error, !error.isEmpty { return DisplayText.clean(error) }
        return switch failure {
        case JobResource.Failure.timeout?: "timed out"
        case JobResource.Failure.stalled?: "made no progress"
        case JobResource.Failure.unstartable?: "could not be started"
        case JobResource.Failure.dependency?: "a job before it failed"
        case JobResource.Failure.outputLimit?: "wrote more than its limit"
        default: DisplayText.clean(failure?.rawValue ?? "unknown")
        }
    }

    /// How long it ran, or has run by `now`; nil before it started.
    static func seconds(_ job: JobResource, now: Double) -> Double? {
        guard let start = job.startedAt?.timeIntervalSince1970 else { return nil }
        return max(0, (job.finishedAt?.timeIntervalSince1970 ?? now) - start)
    }

    /// How long it ran, after this word; nothing when it did not run.
    private static func duration(_ job: JobResource, _ word: String) -> String {
        guard job.finishedAt != nil, job.failure != .unstartable,
            let seconds = seconds(job, now: 0)
        else { return "" }
        return " \(word) \(Quantity.duration(seconds))"
    }
}
