import JobModel

extension JobResource {
    /// Where a job is in its life. An open set: a newer daemon may know more.
    public struct State: RawRepresentable, Hashable, Sendable, Codable {
        /// The word on the wire.
        public let rawValue: String

        /// The state of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Not yet eligible to start.
        public static let waiting = State(rawValue: "waiting")
        /// Eligible, until a slot is free.
        public static let queued = State(rawValue: "queued")
        /// An attempt is being executed.
        public static let running = State(rawValue: "running")
        /// An attempt is stopped, to be continued.
        public static let paused = State(rawValue: "paused")
        /// The command exited with 0.
        public static let succeeded = State(rawValue: "succeeded")
        /// It ended otherwise; the failure says how.
        public static let failed = State(rawValue: "failed")
        /// Somebody cancelled it.
        public static let cancelled = State(rawValue: "cancelled")

        /// Whether nothing more will happen unless somebody asks for it.
        public var isFinished: Bool {
            self == .succeeded || self == .failed || self == .cancelled
        }
    }

    /// Why a job failed. An open set: a newer daemon may know more.
    public struct Failure: RawRepresentable, Hashable, Sendable, Codable {
        /// The word on the wire.
        public let rawValue: String

        /// The failure of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The command exited with another code than 0.
        public static let exit = Failure(rawValue: "exit")
        /// A signal ended the command.
        public static let signal = Failure(rawValue: "signal")
        /// It ran longer than it may.
        public static let timeout = Failure(rawValue: "timeout")
        /// It neither wrote nor told progress for longer than it may.
        public static let stalled = Failure(rawValue: "stalled")
        /// The command could not be started.
        public static let unstartable = Failure(rawValue: "unstartable")
        /// A job that it comes after did not succeed.
        public static let dependency = Failure(rawValue: "dependency")
        /// It wrote more than it may.
        public static let outputLimit = Failure(rawValue: "output_limit")
        /// Its supervisor did not live to say how it ended.
        public static let lost = Failure(rawValue: "lost")
    }

    /// What the jobs that another one comes after must have come to. An open set:
    /// a newer daemon may know more.
    public struct AfterPolicy: RawRepresentable, Hashable, Sendable, Codable {
        /// The word on the wire.
        public let rawValue: String

        /// The policy of this name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// All have succeeded; one that did not fails whoever comes after it.
        public static let succeeded = AfterPolicy(rawValue: "succeeded")
        /// All are finished, in whatever way.
        public static let finished = AfterPolicy(rawValue: "finished")
    }

    /// What is executed.
    public enum Command: Hashable, Sendable, Codable {
        /// A program and its arguments, executed as they are.
        case arguments([String])
        /// A line for `/bin/sh -c`.
        case shell(String)

        /// Reads an array or a string.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Tried in turn: JSON has no other way to tell which one it is.
            if let line = try? container.decode(String.self) {
                self = .shell(RawText.text(meaning: line))
            } else {
                self = .arguments(try container.decode([RawString].self).map(\.text))
            }
        }

        /// Writes an array or a string.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .arguments(let arguments): try container.encode(arguments.map(RawString.init))
            case .shell(let line): try container.encode(RawString(line))
            }
        }
    }
}
