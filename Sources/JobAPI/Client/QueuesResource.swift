/// All queues, by name.
public struct QueuesResource: WireResource, Hashable {
    /// The queues.
    public var queues: [QueueResource]
}
