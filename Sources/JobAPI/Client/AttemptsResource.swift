/// The attempts of a job, the oldest first.
public struct AttemptsResource: WireResource, Hashable {
    /// The attempts.
    public var attempts: [AttemptResource]
}
