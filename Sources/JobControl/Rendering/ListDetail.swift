#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

import JobAPI

/// What there is to say of a job beside its state and how far it is.
enum ListDetail {
    /// `19s left  42/100 files  3.1 files/s` for a running one, what a waiting one waits for,
    /// why a failed one failed; empty when the state says it all.
    ///
    /// - Parameter now: Seconds since 1970, to tell how much time is left.
    static func text(_ job: JobResource, now: Double) -> String {
        let parts: [String?] =
            switch job.state {
            case .running, .paused: [ending(job), attempt(job), activity(job, now: now)]
            case .waiting: [waiting(job, now: now)]
            case .failed: [JobText.reason(job), attempt(job)]
            default: []
            }
        return parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func ending(_ job: JobResource) -> String? {
        job.cancelRequestedAt == nil ? nil : "ending"
    }

    /// Which of its attempts this is; nothing for the first.
    private static func attempt(_ job: JobResource) -> String? {
        guard job.attempt > 1 else { return nil }
        guard let most = job.maxAttempts, most >= job.attempt else {
            return "attempt \(job.attempt)"
        }
        return "attempt \(job.attempt)/\(most)"
    }

    private static func activity(_ job: JobResource, now: Double) -> String? {
        guard var progress = job.progress else { return nil }
        if job.state == .paused {
            // Neither a rate nor a time left means anything while it stands still.
            progress.rate = nil
            progress.etaSeconds = nil
        }
        if let eta = progress.etaSeconds, let time = progress.time?.timeIntervalSince1970 {
            let elapsed = now - time
            // Counting down between readings; clocks that differ by more than a
            // minute are better not compared.
            if (0...60).contains(elapsed) { progress.etaSeconds = max(0, eta - elapsed) }
        }
        // The time left first: it is what is looked for, and the end may be cut.
        let left = ProgressText.details(ProgressResource(etaSeconds: progress.etaSeconds))
        progress.etaSeconds = nil
        let rest = ProgressText.details(progress)
        return [left, rest].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// What it waits for: `until 2026-11-22 09:00:00`, `after 40, 41`,
    /// `retry 2/3 in 4s: exit code 3`.
    private static func waiting(_ job: JobResource, now: Double) -> String {
        let until = job.eligibleAt
        let seconds = until.map { max(0, $0.timeIntervalSince1970 - now).rounded(.up) }
        switch job.waitingFor {
        case "time"?:
            guard let until, let seconds else { return "for its time" }
            // Soon is easier to grasp as a duration.
            return seconds < 3600
                ? "starts in \(Quantity.duration(seconds))" : "until \(TimeText.local(until))"
        case "jobs"?: return "after \(jobs(job.after))"
        case "retry"?:
            let number = "\(job.attempt + 1)" + (job.maxAttempts.map { "/\($0)" } ?? "")
            let when = seconds.map { " in \(Quantity.duration($0))" } ?? ""
            let why = job.failure == nil ? "" : ": \(JobText.reason(job))"
            return "retry \(number)\(when)\(why)"
        case let other?: return "for \(DisplayText.clean(other))"
        case nil: return ""
        }
    }

    private static func jobs(_ ids: [Int64]) -> String {
        guard !ids.isEmpty else { return "other jobs" }
        let text = ids.prefix(4).map(String.init).joined(separator: ", ")
        return ids.count > 4 ? "\(text) and \(ids.count - 4) more" : text
    }
}
