/// What a daemon has removed.
public struct PruneResource: WireResource, Hashable {
    /// How many jobs.
    public var jobs: Int64
    /// How much room on the disk that made.
    public var bytes: Int64
    /// Whether that is all; if not, the same request goes on.
    public var complete: Bool
}
