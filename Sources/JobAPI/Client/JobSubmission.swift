#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What is asked for with `POST /jobs`. What is nil is left out, and the daemon's
/// default applies.
///
/// It has either a command or a definition. Beside a definition there may be its
/// parameters, a name, labels, a time, jobs that it comes after, and input, if the
/// definition takes that.
public struct JobSubmission: WireRequest, Hashable {
    /// What to execute.
    public var command: JobResource.Command?
    /// The definition to start.
    public var definition: String?
    /// What the definition is started with, by the names of its parameters.
    public var parameters: [String: DefinitionResource.Value]?
    /// What to call it.
    public var name: String?
    /// The queue it is to go through.
    public var queue: String?
    /// Labels by name.
    public var labels: [String: String]?
    /// Where the command is to run: an absolute path on the daemon's machine.
    public var cwd: String? {
        get { rawCwd?.text }
        set { rawCwd = newValue.map(RawString.init) }
    }
    private var rawCwd: RawString?
    /// Added to the environment that the daemon gives.
    public var env: [String: String]? {
        get { rawEnv?.mapValues(\.text) }
        set { rawEnv = newValue?.mapValues(RawString.init) }
    }
    private var rawEnv: [String: RawString]?
    /// Added to it too; kept until the job has ended, never shown, and masked in its
    /// output. Each value has at least 4 bytes.
    public var secretEnv: [String: String]?
    /// Of several eligible jobs of a queue the one with the highest starts first.
    public var priority: Int?
    /// What the command reads, and then its end. When this is left out, its input
    /// stays open for `Client.sendInput`.
    public var stdin: String?
    /// Whether the command gets a terminal in place of pipes.
    public var tty: Bool?
    /// Whether progress is taken from the files that the command reads, while it
    /// prints none.
    public var watchFiles: Bool?
    /// How long it may run.
    public var timeoutSeconds: Double?
    /// How long it may neither write nor tell progress.
    public var stallTimeoutSeconds: Double?
    /// How long it has between the asking signal and KILL.
    public var killGraceSeconds: Double?
    /// How much it may write.
    public var outputLimitBytes: Int64?

    /// Whether and when a failed attempt is followed by another.
    public var retry: RetryResource?
    /// When it may start at the earliest.
    public var notBefore: Date?
    /// The jobs that it comes after.
    public var after: [Predecessor]?
    /// What those must have come to.
    public var afterPolicy: JobResource.AfterPolicy?
    /// How much it needs of its queue's resources, by name.
    public var resources: [String: Int64]?
    /// How much of the machine it may use.
    public var limits: LimitsResource?
    /// As whom it runs, which only an administrator may say.
    public var runAs: RunAsResource?

    /// A job that another one comes after.
    public enum Predecessor: Hashable, Sendable, Encodable {
        /// The job with this id.
        case id(Int64)
        /// The job of the same batch that has this name.
        case name(String)

        /// Writes a number or a string.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .id(let id): try container.encode(id)
            case .name(let name): try container.encode(name)
            }
        }
    }

    /// The largest request that a daemon takes, in bytes.
    public static let maximumBytes = 1 << 20

    private enum CodingKeys: String, CodingKey {
        case command, definition, parameters, name, queue, labels, priority, stdin, tty
        case rawCwd = "cwd"
        case rawEnv = "env"
        case secretEnv = "secret_env"
        case watchFiles = "watch_files"
        case timeoutSeconds = "timeout_seconds"
        case stallTimeoutSeconds = "stall_timeout_seconds"
        case killGraceSeconds = "kill_grace_seconds"
        case outputLimitBytes = "output_limit_bytes"
        case retry
        case notBefore = "not_before"
        case after
        case afterPolicy = "after_policy"
        case resources, limits
        case runAs = "run_as"
    }

    /// A request that leaves everything but the command to the daemon.
    public init(command: JobResource.Command) {
        self.command = command
    }

    /// A request that starts a definition.
    public init(
        definition: String, parameters: [String: DefinitionResource.Value] = [:]
    ) {
        self.definition = definition
        self.parameters = parameters
    }
}
