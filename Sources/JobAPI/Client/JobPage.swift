/// One page of a listing, newest first.
public struct JobPage: WireResource, Hashable {
    /// The jobs.
    public var jobs: [JobResource]
    /// The path and query of the next page; nil on the last one.
    public var next: String?

    /// Before which job the next page begins; nil on the last one. A page of a search
    /// may have fewer jobs than were asked for, or none, and others after it.
    public var nextBefore: Int64? {
        guard let next, let query = next.split(separator: "?", maxSplits: 1).dropFirst().first
        else { return nil }
        return query.split(separator: "&").lazy
            .compactMap { $0.hasPrefix("before=") ? Int64($0.dropFirst(7)) : nil }.first
    }
}
