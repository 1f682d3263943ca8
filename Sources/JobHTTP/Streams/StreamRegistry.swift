import JobEvents
import JobModel
import NIOCore
import Synchronization

/// The streams that are open: counted against a limit, and ended together when
/// the daemon stops, so that their clients reconnect to the next one. One also ends
/// with what it was opened by: the token, the ticket or the session.
final class StreamRegistry: Sendable {
    private struct Stream {
        let listener: Listener
        /// Whose it is, if that counts.
        let client: Identity?
        let token: TokenID?
        /// Ends it when what it was opened by expires.
        let end: Scheduled<Void>?
    }

    private struct State {
        var streams: [ObjectIdentifier: Stream] = [:]
        /// How many each client has.
        var counts: [Identity: Int] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let perClient: Int
    private let book: TokenBook
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - limit: how many there may be in all.
    ///   - perClient: how many one client may have.
    init(
        limit: Int, perClient: Int, book: TokenBook, now: @escaping @Sendable () -> Timestamp
    ) {
        self.limit = limit
        self.perClient = perClient
        self.book = book
        self.now = now
    }

    /// How many are open.
    var count: Int { state.withLock { $0.streams.count } }

    /// Admits a stream; false when there are too many or the daemon stops.
    func admit(_ listener: Listener, _ context: JobRequestContext) -> Bool {
        let token = context.credential?.token
        let end = context.credential?.expiresAt.map { time in
            context.channel.eventLoop.scheduleTask(in: .microseconds(max(time - now(), 0))) {
                listener.close()
            }
        }
        // Those whom nobody asks who they are cannot be counted one by one.
        let client = context.principal?.identity == .anyone ? nil : context.principal?.identity
        let stream = Stream(listener: listener, client: client, token: token, end: end)
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.streams.count < limit else { return false }
            if let client {
                guard state.counts[client, default: 0] < perClient else { return false }
                state.counts[client, default: 0] += 1
            }
            state.streams[ObjectIdentifier(listener)] = stream
            return true
        }
        // It may have been revoked since the request was let in.
        if let token, book.valid(token) == nil { listener.close() }
        if !isAdmitted { end?.cancel() }
        return isAdmitted
    }

    /// Forgets a stream that has ended.
    func remove(_ listener: Listener) {
        let stream = state.withLock { state -> Stream? in
            let stream = state.streams.removeValue(forKey: ObjectIdentifier(listener))
            if let client = stream?.client, let count = state.counts[client] {
                state.counts[client] = count > 1 ? count - 1 : nil
            }
            return stream
        }
        stream?.end?.cancel()
    }

    /// Ends the streams that rest on a token.
    func close(_ token: TokenID) {
        let listeners = state.withLock { state in
            state.streams.values.filter { $0.token == token }.map(\.listener)
        }
        for listener in listeners { listener.close() }
    }

    /// Ends all streams and admits no more.
    func closeAll() {
        let listeners = state.withLock { state in
            state.isClosed = true
            return state.streams.values.map(\.listener)
        }
        for listener in listeners { listener.close() }
    }
}
