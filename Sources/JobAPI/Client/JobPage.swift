/// One page of a listing, newest first.
public struct JobPage: WireResource, Hashable {
    /// The jobs.
    public var jobs: [JobResource]
    /// The path and query of the next page; nil on the last one.
    public var next: String?
}
