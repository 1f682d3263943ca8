import AsyncHTTPClient
import JobAPI
import NIOCore
import NIOHTTP1

/// A stream of server-sent events that goes on, whatever happens to its
/// connection: after each loss it asks for what follows the last event that it
/// delivered.
///
/// An id is remembered when its event is handed out and not before, so an event
/// that had arrived but was not asked for is asked for again.
struct EventSource {
    /// What is asked for.
    struct Subscription: Sendable {
        /// The path and query, for the id to go on from.
        var target: @Sendable (_ cursor: String?) -> String
        /// Whether an event `end` is the last one.
        var hasEnd: Bool
        /// From where to go on when the daemon has said that it begins again, and
        /// no event has come since.
        var cursorAfterReset: String?
    }

    private let client: Client
    private let subscription: Subscription
    /// The id of the last event handed out, or where to begin.
    private var cursor: String?
    private var reconnection: Reconnection
    private var connection: HTTPClientResponse.Body.AsyncIterator?
    private var decoder = ServerSentEventDecoder()
    /// What has arrived and was not handed out yet, next one last.
    private var pending: [ServerSentEvent] = []
    private var isFinished = false

    init(client: Client, subscription: Subscription, cursor: String?) {
        self.client = client
        self.subscription = subscription
        self.cursor = cursor
        reconnection = Reconnection(options: client.options)
    }

    /// The next event; nil after the last.
    ///
    /// - Throws: `ClientError` when going on is no use, `CancellationError`.
    mutating func next() async throws -> ServerSentEvent? {
        while true {
            if let event = pending.popLast() {
                handOut(event)
                return event
            }
            if isFinished { return nil }
            try Task.checkCancellation()
            if connection == nil {
                try await connect()
            } else {
                try await receive()
            }
        }
    }

    private mutating func handOut(_ event: ServerSentEvent) {
        if event.name == "reset" {
            cursor = subscription.cursorAfterReset
        } else if !event.id.isEmpty {
            cursor = event.id
        }
        if event.name == "end", subscription.hasEnd {
            isFinished = true
            pending = []
            connection = nil
        }
    }

    private mutating func connect() async throws {
        var request = ClientRequest(
            target: subscription.target(cursor), accept: "text/event-stream")
        request.headers.append(("Cache-Control", "no-cache"))
        if let cursor { request.headers.append(("Last-Event-ID", cursor)) }
        do {
            let response = try await client.send(request)
            switch response.status.code {
            case 200:
                let type = response.headers.first(name: "Content-Type") ?? ""
                guard type.lowercased().hasPrefix("text/event-stream") else {
                    throw ClientError.protocolViolation(
                        "\(request.target) is \(type), not text/event-stream")
                }
                connection = response.body.makeAsyncIterator()
                decoder = ServerSentEventDecoder(lastEventID: cursor ?? "")
                reconnection.succeeded()
            case 204:
                // What the cursor names was the last event.
                isFinished = true
            default:
                throw ClientError.problem(try await client.problem(in: response))
            }
        } catch {
            let error = try client.translate(error)
            try await reconnection.wait(after: error)
        }
    }

    private mutating func receive() async throws {
        do {
            // Taken out and put back: a failed iterator must not be asked again.
            guard var connection else { return }
            self.connection = nil
            guard let chunk = try await connection.next(isolation: #isolation) else {
                throw ClientError.interrupted(
                    client.endpoint, reason: "the connection was closed")
            }
            self.connection = connection
            try decode(chunk)
        } catch {
            let error = try client.translate(error)
            try await reconnection.wait(after: error)
        }
    }

    private mutating func decode(_ chunk: ByteBuffer) throws {
        var events: [ServerSentEvent] = []
        let result = chunk.withUnsafeReadableBytes { bytes in
            Result { () throws(ServerSentEventDecoder.Failure) in
                try decoder.decode(bytes) { events.append($0) }
            }
        }
        if let retry = decoder.retryMilliseconds { reconnection.asked(milliseconds: retry) }
        if events.isEmpty, !decoder.lastEventID.isEmpty {
            // An id may come without an event, to say where a stream begins.
            cursor = decoder.lastEventID
        }
        // The ids from before a reset mean nothing after it, also not to what comes
        // without an id.
        if let reset = events.lastIndex(where: { $0.name == "reset" }) {
            let forgotten = events[reset].id
            for index in events.indices where index > reset && events[index].id == forgotten {
                events[index].id = ""
            }
            if decoder.lastEventID == forgotten { decoder.forgetLastEventID() }
        }
        pending = events.reversed()
        if case .failure(.tooLong(let limit)) = result {
            throw ClientError.protocolViolation("an event of more than \(limit) bytes")
        }
    }
}
