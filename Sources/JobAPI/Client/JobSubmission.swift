#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What is asked for with `POST /jobs`. What is nil is left out, and the daemon's
/// default applies.
public struct JobSubmission: Encodable, Hashable, Sendable {
    /// What to execute.
    public var command: JobResource.Command
    /// What to call it.
    public var name: String?
    /// The queue it is to go through.
    public var queue: String?
    /// Labels by name.
    public var labels: [String: String]?
    /// Where the command is to run: an absolute path on the daemon's machine.
    public var cwd: String?
    /// Added to the environment that the daemon gives.
    public var env: [String: String]?
    /// Given to the command on its standard input.
    public var stdin: String?
    /// Whether the command gets a terminal in place of pipes.
    public var tty: Bool?
    /// How long it may run.
    public var timeoutSeconds: Double?
    /// How long it has between the asking signal and KILL.
    public var killGraceSeconds: Double?
    /// How much it may write.
    public var outputLimitBytes: Int64?

    /// The largest request that a daemon takes, in bytes.
    public static let maximumBytes = 1 << 20

    private enum CodingKeys: String, CodingKey {
        case command, name, queue, labels, cwd, env, stdin, tty
        case timeoutSeconds = "timeout_seconds"
        case killGraceSeconds = "kill_grace_seconds"
        case outputLimitBytes = "output_limit_bytes"
    }

    /// A request that leaves everything but the command to the daemon.
    public init(command: JobResource.Command) {
        self.command = command
    }

    /// The request's body.
    ///
    /// - Throws: `EncodingError` when a number is not finite.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self))
    }
}
