public import JobAPI

/// Which finished jobs are to be removed. Without an age and a number, and without
/// a filter, those that the daemon's own settings no longer keep; with a filter
/// alone, all that it lets through.
public struct PruneQuery: WireRequest, Hashable {
    /// Those that have been finished for longer than this.
    public var olderThanSeconds: Double?
    /// All but so many, the newest. With an age, those that either admits.
    public var keep: Int?
    /// Only those in these states.
    public var states: [JobResource.State]?
    /// Only those of this queue.
    public var queue: String?

    private enum CodingKeys: String, CodingKey {
        case olderThanSeconds = "older_than_seconds"
        case keep, states, queue
    }

    /// Those that the daemon's own settings no longer keep.
    public init(
        olderThanSeconds: Double? = nil, keep: Int? = nil, states: [JobResource.State]? = nil,
        queue: String? = nil
    ) {
        self.olderThanSeconds = olderThanSeconds
        self.keep = keep
        self.states = states
        self.queue = queue
    }
}
