#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// One event of a job's history.
public struct EventResource: WireResource, Hashable {
    /// The cursor: events after this one are what follows it. One ascending
    /// sequence for the whole daemon.
    public var id: Int64
    /// The job's id.
    public var job: Int64
    /// When it happened.
    public var time: Date
    /// The attempt it belongs to; nil when the daemon does not say.
    public var attempt: Int?
    /// What it tells.
    public var content: Content
    /// What a job that waits now waits for: `time`, `jobs` or `retry`.
    public var waitingFor: String?
    /// How the attempt ended after which the job waits for another one.
    public var attemptEnd: End?

    /// Who caused it: `user:1000`, `token:ci`, `anyone`; nil when it came about by
    /// itself.
    public var by: String?

    /// What an event tells.
    public enum Content: Hashable, Sendable {
        /// Somebody did something (`signal`, `cancel`, …) that left the job in the
        /// state it is in.
        case action(String, JobResource.State)
        /// The job is in this unfinished state now.
        case state(JobResource.State)
        /// How far the job is.
        case progress(ProgressResource)
        /// The job is finished.
        case end(End)
    }

    /// How a job, or an attempt that is to be followed by another, ended.
    public struct End: WireResource, Hashable {
        /// The job's state from then on.
        public var state: JobResource.State
        /// The command's exit code, if it exited by itself.
        public var exitCode: Int?
        /// The number of the signal that ended the command.
        public var signal: Int?
        /// Why it failed, for a failed job.
        public var failure: JobResource.Failure?
        /// What went wrong, in words.
        public var error: String?

        private enum CodingKeys: String, CodingKey {
            case state
            case exitCode = "exit_code"
            case signal, failure, error
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, job, time, attempt, state, action, by
        case waitingFor = "waiting_for"
    }

    /// Reads an event of the stream or of a page. A reading has no `state`, and only
    /// the last change names a finished one.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(Int64.self, forKey: .id)
        job = try container.decode(Int64.self, forKey: .job)
        time = try container.decode(Date.self, forKey: .time)
        attempt = try container.decodeIfPresent(Int.self, forKey: .attempt)
        waitingFor = try container.decodeIfPresent(String.self, forKey: .waitingFor)
        by = try container.decodeIfPresent(String.self, forKey: .by)
        let action = try container.decodeIfPresent(String.self, forKey: .action)
        let state = try container.decodeIfPresent(JobResource.State.self, forKey: .state)
        switch state {
        case .none: content = .progress(try ProgressResource(from: decoder))
        case .some(let state) where action != nil: content = .action(action ?? "", state)
        case .some(let state) where state.isFinished:
            content = .end(try End(from: decoder))
        case .some(let state):
            content = .state(state)
            let end = try End(from: decoder)
            if end.failure != nil { attemptEnd = end }
        }
    }
}
