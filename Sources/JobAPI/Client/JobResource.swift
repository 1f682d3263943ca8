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
    /// Who submitted it: `user:1000`, `token:ci`, `anyone`; nil when the daemon does
    /// not say.
    public var owner: String?
    /// The definition it was made from.
    public var definition: String?
    /// What that was started with, but for what is secret.
    public var parameters: [String: DefinitionResource.Value]?
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
    /// The names of its secret variables.
    public var secretEnv: [String]
    /// The number of the newest attempt; 0 before the first.
    public var attempt: Int
    /// How many attempts it gets.
    public var maxAttempts: Int?
    /// What a waiting job waits for: `time`, `jobs` or `retry`.
    public var waitingFor: String?
    /// When a job that waits for a time or for its retry becomes eligible.
    public var eligibleAt: Date?
    /// Of several eligible jobs of a queue the one with the highest starts first.
    public var priority: Int
    /// Whether and when a failed attempt is followed by another; nil for never.
    public var retry: RetryResource?
    /// How long it may run, in seconds; nil for as long as it takes.
    public var timeoutSeconds: Double?
    /// How long it may neither write nor tell progress, in seconds.
    public var stallTimeoutSeconds: Double?
    /// How long its processes have between being asked to end and being killed, in
    /// seconds.
    public var killGraceSeconds: Double?
    /// How much it may write, in bytes.
    public var outputLimitBytes: Int64?
    /// Whether it has a terminal.
    public var usesTerminal: Bool
    /// Whether its progress is taken from the files that it reads, as long as it
    /// prints none.
    public var watchesFiles: Bool
    /// When it may start at the earliest.
    public var notBefore: Date?
    /// The jobs that it comes after.
    public var after: [Int64]
    /// What those must have come to.
    public var afterPolicy: AfterPolicy
    /// How much it needs of its queue's resources, by name.
    public var resources: [String: Int64]
    /// What its newest attempt got of them; nil before the first.
    public var granted: [String: QueueResource.Amount]?
    /// How much of the machine it may use.
    public var limits: LimitsResource
    /// As whom it runs; nil when it names nobody.
    public var runAs: RunAsResource?
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
    /// Why it failed, or why its newest attempt did that is to be followed by
    /// another.
    public var failure: Failure?
    /// What went wrong, in words.
    public var error: String?
    /// The newest reading of how far it is.
    public var progress: ProgressResource?
    /// What it has used of the machine.
    public var usage: UsageResource?
    /// Why it runs and does not get on, for people; none unless this one job was asked
    /// for.
    public var hints: [String]
    /// The id of its newest event: follow its events after this one, and nothing
    /// falls between.
    public var cursor: Int64

    private enum CodingKeys: String, CodingKey {
        case id, name, owner, definition, parameters, command, state, queue, labels, cwd, attempt
        case secretEnv = "secret_env"
        case maxAttempts = "max_attempts"
        case waitingFor = "waiting_for"
        case eligibleAt = "eligible_at"
        case priority, retry
        case timeoutSeconds = "timeout_seconds"
        case stallTimeoutSeconds = "stall_timeout_seconds"
        case killGraceSeconds = "kill_grace_seconds"
        case outputLimitBytes = "output_limit_bytes"
        case usesTerminal = "tty"
        case watchesFiles = "watch_files"
        case notBefore = "not_before"
        case after
        case afterPolicy = "after_policy"
        case resources, granted, limits
        case runAs = "run_as"
        case createdAt = "created_at"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case cancelRequestedAt = "cancel_requested_at"
        case exitCode = "exit_code"
        case signal, failure, error, progress, usage, hints, cursor
    }

    /// Reads a job. What the first version of the daemon did not tell has the
    /// value that it had there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }
        func optional<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: key)
        }
        id = try value(.id)
        name = try optional(.name)
        owner = try optional(.owner)
        definition = try optional(.definition)
        parameters = try optional(.parameters)
        command = try value(.command)
        state = try value(.state)
        queue = try value(.queue)
        labels = try value(.labels)
        let directory: RawString? = try optional(.cwd)
        cwd = directory?.text
        secretEnv = try optional(.secretEnv) ?? []
        attempt = try value(.attempt)
        maxAttempts = try optional(.maxAttempts)
        waitingFor = try optional(.waitingFor)
        eligibleAt = try optional(.eligibleAt)
        priority = try optional(.priority) ?? 0
        retry = try optional(.retry)
        timeoutSeconds = try optional(.timeoutSeconds)
        stallTimeoutSeconds = try optional(.stallTimeoutSeconds)
        killGraceSeconds = try optional(.killGraceSeconds)
        outputLimitBytes = try optional(.outputLimitBytes)
        usesTerminal = try optional(.usesTerminal) ?? false
        watchesFiles = try optional(.watchesFiles) ?? false
        notBefore = try optional(.notBefore)
        after = try optional(.after) ?? []
        afterPolicy = try optional(.afterPolicy) ?? .succeeded
        resources = try optional(.resources) ?? [:]
        granted = try optional(.granted)
        limits = try optional(.limits) ?? LimitsResource()
        runAs = try optional(.runAs)
        createdAt = try value(.createdAt)
        startedAt = try optional(.startedAt)
        finishedAt = try optional(.finishedAt)
        cancelRequestedAt = try optional(.cancelRequestedAt)
        exitCode = try optional(.exitCode)
        signal = try optional(.signal)
        failure = try optional(.failure)
        error = try optional(.error)
        progress = try optional(.progress)
        usage = try optional(.usage)
        hints = try optional(.hints) ?? []
        cursor = try value(.cursor)
    }
}
