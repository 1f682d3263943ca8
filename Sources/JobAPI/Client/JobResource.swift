#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A job, as the daemon shows it.
public struct JobResource: WireResource, Hashable {
    /// Ascending in the order of submission, never used again.
    public var id: Int64
    /// What whoever submitted it called it.
    public var name: String?
    /// What is executed.
    public var command: Command
    /// Where it is in its life.
    public var state: State
    /// The queue it goes through.
    public var queue: String
    /// Labels by name.
    public var labels: [String: String]
    /// Where the command runs; nil for the daemon's own directory.
    public var cwd: String?
    /// The number of the newest attempt; 0 before the first.
    public var attempt: Int
    /// How many attempts it gets.
    public var maxAttempts: Int?
    /// What a waiting job waits for: `time`, `jobs` or `retry`.
    public var waitingFor: String?
    /// When it was submitted.
    public var createdAt: Date
    /// When the newest attempt started.
    public var startedAt: Date?
    /// When it ended for good.
    public var finishedAt: Date?
    /// When somebody asked for its end.
    public var cancelRequestedAt: Date?
    /// The command's exit code, if it exited by itself.
    public var exitCode: Int?
    /// The number of the signal that ended the command.
    public var signal: Int?
    /// Why it failed, for a failed job.
    public var failure: Failure?
    /// What went wrong, in words.
    public var error: String?
    /// The newest reading of how far it is.
    public var progress: ProgressResource?
    /// What it has used of the machine.
    public var usage: UsageResource?
    /// The id of its newest event: follow its events after this one, and nothing
    /// falls between.
    public var cursor: Int64

    private enum CodingKeys: String, CodingKey {
        case id, name, command, state, queue, labels, cwd, attempt
        case maxAttempts = "max_attempts"
        case waitingFor = "waiting_for"
        case createdAt = "created_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case cancelRequestedAt = "cancel_requested_at"
        case exitCode = "exit_code"
        case signal, failure, error, progress, usage, cursor
    }
}
