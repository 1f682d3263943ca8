/// What a daemon says of itself that can do its work.
public struct ReadinessResource: WireResource, Hashable {
    /// How many jobs wait for a slot.
    public var queued: Int
    /// How many jobs run.
    public var running: Int
    /// Where it listens: `http://127.0.0.1:7620`, `unix:/run/jobd/jobd.sock`; nil from a
    /// daemon that does not say.
    public var addresses: [String]?
    /// What does not work for now though jobs go on, a sentence each.
    public var warnings: [String]?
}
