public import JobAPI

/// Which part of a job's output is wanted.
public struct OutputQuery: Hashable, Sendable {
    /// Only what was written to this stream.
    public var stream: OutputResource.Stream?
    /// Only this attempt; nil for the newest, and when following, for those after
    /// it, too.
    public var attempt: Int?
    /// Only the last lines, this many.
    public var tail: Int?

    /// All of it.
    public init(
        stream: OutputResource.Stream? = nil, attempt: Int? = nil, tail: Int? = nil
    ) {
        self.stream = stream
        self.attempt = attempt
        self.tail = tail
    }

    /// As a URL's query has it.
    ///
    /// - Parameter resuming: Whether the request also names a place to go on
    ///   from, which the last lines would contradict.
    func items(resuming: Bool) -> [(String, String)] {
        var items: [(String, String)] = []
        if let stream { items.append(("stream", stream.rawValue)) }
        if let attempt { items.append(("attempt", String(attempt))) }
        if let tail, !resuming { items.append(("tail", String(tail))) }
        return items
    }
}
