#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One execution of a job.
public struct AttemptResource: WireResource, Hashable {
    /// 1 for the first.
    public var number: Int
    /// What it came to: succeeded, failed or cancelled; nil while it runs.
    public var outcome: JobResource.State?
    /// When it started.
    public var startedAt: Date?
    /// When it ended.
    public var finishedAt: Date?
    /// The command's exit code, if it exited by itself.
    public var exitCode: Int?
    /// The number of the signal that ended the command.
    public var signal: Int?
    /// Why it failed, for a failed one.
    public var failure: JobResource.Failure?
    /// What went wrong, in words.
    public var error: String?
    /// What it has used of the machine.
    public var usage: UsageResource?
    /// What it was given of its queue's resources.
    public var granted: [String: QueueResource.Amount]?

    private enum CodingKeys: String, CodingKey {
        case number, outcome
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case exitCode = "exit_code"
        case signal, failure, error, usage, granted
    }
}
