/// Whether and when an attempt that failed is followed by another one. What is
/// nil in a request is left out, and the daemon's default applies.
public struct RetryResource: WireResource, Codable, Hashable {
    /// How many attempts there are at most, the first among them.
    public var maxAttempts: Int?
    /// The time between the first failure and the second attempt.
    public var backoffSeconds: Double?
    /// By how much each such time is longer than the one before it.
    public var backoffFactor: Double?
    /// The longest such time.
    public var maxBackoffSeconds: Double?
    /// The failures after which there is another attempt.
    public var on: [JobResource.Failure]?

    private enum CodingKeys: String, CodingKey {
        case maxAttempts = "max_attempts"
        case backoffSeconds = "backoff_seconds"
        case backoffFactor = "backoff_factor"
        case maxBackoffSeconds = "max_backoff_seconds"
        case on
    }

    /// A rule that leaves to the daemon what is nil.
    public init(
        maxAttempts: Int? = nil, backoffSeconds: Double? = nil, backoffFactor: Double? = nil,
        maxBackoffSeconds: Double? = nil, on: [JobResource.Failure]? = nil
    ) {
        self.maxAttempts = maxAttempts
        self.backoffSeconds = backoffSeconds
        self.backoffFactor = backoffFactor
        self.maxBackoffSeconds = maxBackoffSeconds
        self.on = on
    }
}
