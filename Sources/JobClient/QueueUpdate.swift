public import JobAPI

/// What a queue is to be; what is nil stays as it is, or has the daemon's default
/// in a new one.
public struct QueueUpdate: WireRequest, Hashable {
    /// How many attempts of its jobs run at once.
    public var slots: Int?
    /// Whether nothing of it is started.
    public var isPaused: Bool?
    /// What its jobs share, by name, in place of all that there was.
    public var resources: [String: QueueResource.Amount]?

    private enum CodingKeys: String, CodingKey {
        case slots
        case isPaused = "paused"
        case resources
    }

    /// A change of these.
    public init(
        slots: Int? = nil, isPaused: Bool? = nil,
        resources: [String: QueueResource.Amount]? = nil
    ) {
        self.slots = slots
        self.isPaused = isPaused
        self.resources = resources
    }
}
