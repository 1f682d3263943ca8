import Synchronization

/// Passes on that a stream has lost its daemon to whoever follows it just then:
/// what an earlier stream had to tell is of no use to a later one.
final class ListScreenOutages: Sendable {
    /// Why the daemon is away, and when it makes sense to look again.
    struct Outage: Hashable, Sendable {
        var reason: String
        var retryIn: Duration
    }

    private let listener = Mutex<AsyncStream<Outage>.Continuation?>(nil)

    /// What is told from now on. Whoever listened before hears no more.
    func listen() -> AsyncStream<Outage> {
        let (stream, continuation) = AsyncStream<Outage>.makeStream(
            bufferingPolicy: .bufferingOldest(1))
        let before = listener.withLock { listener in
            defer { listener = continuation }
            return listener
        }
        before?.finish()
        return stream
    }

    /// A stream has lost its daemon.
    func tell(_ outage: Outage) {
        _ = listener.withLock { $0 }?.yield(outage)
    }
}
