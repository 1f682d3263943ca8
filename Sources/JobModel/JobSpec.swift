/// What was submitted. Until the job starts, its priority, queue, time and labels
/// may still be changed; the rest is as it is for as long as the job exists.
package struct JobSpec: Hashable, Sendable {
    package var command: Command
    package var name: String?
    package var queue: String
    /// Higher starts first; within the same, what was submitted first.
    package var priority: Int
    package var labels: [String: String]
    /// Where the command runs; nil means where the daemon itself runs.
    package var cwd: String?
    /// Added to the environment the daemon gives.
    package var environment: [String: String]
    /// Added to it too; kept only until the job has ended, and masked in its output.
    package var secretEnvironment: [String: Secret]
    /// Given to the command on its standard input; nil when that comes later, a
    /// piece at a time.
    package var stdin: String?
    /// Whether the command gets a terminal in place of pipes.
    package var tty: Bool
    /// Whether progress is taken from the files that the command reads, while it
    /// prints none.
    package var watchFiles: Bool
    /// How long the attempt may run, in microseconds; nil for ever.
    package var timeout: Int64?
    /// How long the attempt may neither write nor tell progress, in microseconds;
    /// nil for ever.
    package var stallTimeout: Int64?
    /// How long the command has between the asking signal and KILL, in
    /// microseconds.
    package var killGrace: Int64
    /// How much it may write.
    package var outputLimitBytes: Int64
    /// Whether and when an attempt that failed is followed by another; nil means
    /// never.
    package var retry: RetryPolicy?
    /// It does not start before this.
    package var notBefore: Timestamp?
    /// The jobs that must have finished before it starts, ascending, each once.
    package var after: [JobID]
    /// What those must have come to.
    package var afterPolicy: AfterPolicy
    /// How much it needs of its queue's resources, by their names; each at least 1.
    package var resources: [String: Int64]
    /// As whom it runs; nil: as the daemon itself.
    package var runAs: RunAs?
    package var limits: ResourceLimits
    /// The definition it was made from; nil when it names its command itself.
    package var definition: DefinitionUse?

    /// The queue of a job that names none.
    package static let defaultQueue = "default"
    /// Ten seconds.
    package static let defaultKillGrace: Int64 = 10_000_000
    /// 64 MiB.
    package static let defaultOutputLimitBytes: Int64 = 64 << 20

    package init(
        command: Command, name: String? = nil, queue: String = JobSpec.defaultQueue,
        priority: Int = 0, labels: [String: String] = [:], cwd: String? = nil,
        environment: [String: String] = [:], secretEnvironment: [String: Secret] = [:],
        stdin: String? = nil, tty: Bool = false, watchFiles: Bool = false,
        timeout: Int64? = nil, stallTimeout: Int64? = nil,
        killGrace: Int64 = JobSpec.defaultKillGrace,
        outputLimitBytes: Int64 = JobSpec.defaultOutputLimitBytes, retry: RetryPolicy? = nil,
        notBefore: Timestamp? = nil, after: [JobID] = [],
        afterPolicy: AfterPolicy = .succeeded, resources: [String: Int64] = [:],
        runAs: RunAs? = nil, limits: ResourceLimits = ResourceLimits(),
        definition: DefinitionUse? = nil
    ) {
        self.command = command
        self.name = name
        self.queue = queue
        self.priority = priority
        self.labels = labels
        self.cwd = cwd
        self.environment = environment
        self.secretEnvironment = secretEnvironment
        self.stdin = stdin
        self.tty = tty
        self.watchFiles = watchFiles
        self.timeout = timeout
        self.stallTimeout = stallTimeout
        self.killGrace = killGrace
        self.outputLimitBytes = outputLimitBytes
        self.retry = retry
        self.notBefore = notBefore
        self.after = after
        self.afterPolicy = afterPolicy
        self.resources = resources
        self.runAs = runAs
        self.limits = limits
        self.definition = definition
    }
}

/// What is run.
package enum Command: Hashable, Sendable {
    /// A program and its arguments, executed as they are; never empty.
    case arguments([String])
    /// A line for `/bin/sh -c`.
    case shell(String)

    /// What execve(2) is given.
    package var argumentVector: [String] {
        switch self {
        case .arguments(let arguments): arguments
        case .shell(let line): ["/bin/sh", "-c", line]
        }
    }
}
