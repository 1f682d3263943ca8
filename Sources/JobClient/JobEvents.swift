public import JobAPI

/// Events of one job or of all, in order, each once, for as long as it takes:
/// when the connection or the daemon goes away, it goes on where it was.
///
/// Iterating throws `ClientError` when going on is no use (the job was deleted,
/// access was refused), and `CancellationError`. The events of one job end after
/// its `end`; those of all jobs never do.
public struct JobEvents: AsyncSequence, Sendable {
    /// What the stream brings.
    public enum Element: Sendable {
        /// Something happened.
        case event(Received<EventResource>)
        /// What the job does not tell itself, and the daemon has guessed: nothing that
        /// happened, and nothing to go on from.
        case estimate(Received<EstimateResource>)
        /// What was received before means nothing any more: the daemon does not
        /// know the id to go on from, and begins again with the first event that
        /// there is. Carries the job as it stands, for the events of one job.
        case reset(Received<JobResource?>)
    }

    private let client: Client
    private let subscription: EventSource.Subscription
    private let cursor: Int64?

    init(client: Client, subscription: EventSource.Subscription, cursor: Int64?) {
        self.client = client
        self.subscription = subscription
        self.cursor = cursor
    }

    /// An iterator with a connection of its own, made by the first `next`.
    public func makeAsyncIterator() -> Iterator {
        Iterator(
            source: EventSource(
                client: client, subscription: subscription, cursor: cursor.map(String.init)))
    }

    /// Iterates over a stream.
    public struct Iterator: AsyncIteratorProtocol {
        private var source: EventSource

        init(source: EventSource) {
            self.source = source
        }

        /// The next event; nil after the last.
        public mutating func next() async throws -> Element? {
            while let event = try await source.next() {
                switch event.name {
                // An unreadable job is no reason to lose the reset itself.
                case "reset":
                    return .reset(
                        Received(value: try? JobResource(json: event.data), json: event.data))
                case "message", "state", "action", "end":
                    do {
                        return .event(
                            Received(value: try EventResource(json: event.data), json: event.data))
                    } catch {
                        // What is no event since it has no id.
                        if event.name == "message",
                            let estimate = try? EstimateResource(json: event.data)
                        {
                            return .estimate(Received(value: estimate, json: event.data))
                        }
                        throw ClientError.protocolViolation("no event: \(event.text)")
                    }
                // A newer daemon may have more to tell.
                default: continue
                }
            }
            return nil
        }
    }
}
