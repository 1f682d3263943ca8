public import JobAPI

/// What a job writes, piece by piece as it comes, each once, until the job ends:
/// when the connection or the daemon goes away, it goes on where it was.
///
/// Iterating throws `ClientError` when going on is no use, and
/// `CancellationError`.
public struct JobOutput: AsyncSequence, Sendable {
    /// What the stream brings.
    public enum Element: Sendable {
        /// The job wrote this.
        case output(Received<OutputResource>)
        /// What was received before means nothing any more: the daemon begins
        /// again with the first piece that there is.
        case reset
        /// The rest of the attempt's output cannot be read, as the daemon's words say:
        /// somebody else has written to its file.
        case damage(String)
    }

    private let client: Client
    private let subscription: EventSource.Subscription
    private let cursor: String?

    /// - Parameter cursor: After what place to begin; nil leaves it to the daemon.
    init(client: Client, subscription: EventSource.Subscription, cursor: String?) {
        self.client = client
        self.subscription = subscription
        self.cursor = cursor
    }

    /// An iterator with a connection of its own, made by the first `next`.
    public func makeAsyncIterator() -> Iterator {
        Iterator(source: EventSource(client: client, subscription: subscription, cursor: cursor))
    }

    /// Iterates over a stream.
    public struct Iterator: AsyncIteratorProtocol {
        private var source: EventSource

        init(source: EventSource) {
            self.source = source
        }

        /// The next piece; nil after the last.
        public mutating func next() async throws -> Element? {
            while let event = try await source.next() {
                switch event.name {
                case "reset": return .reset
                case "damage":
                    do {
                        return .damage(try DamageResource(json: event.data).message)
                    } catch {
                        throw ClientError.protocolViolation("no damage: \(event.text)")
                    }
                case "output":
                    do {
                        return .output(
                            Received(value: try OutputResource(json: event.data), json: event.data))
                    } catch {
                        throw ClientError.protocolViolation("no output: \(event.text)")
                    }
                // `end`, after which the source has no more; or something new.
                default: continue
                }
            }
            return nil
        }
    }
}
