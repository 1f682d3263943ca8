/// What there is of a job's standard input.
public struct InputResource: WireResource, Hashable {
    /// How many bytes there are: what is sent next begins there.
    public var size: Int64
    /// Whether there will be no more.
    public var isClosed: Bool

    private enum CodingKeys: String, CodingKey {
        case size
        case isClosed = "closed"
    }
}
