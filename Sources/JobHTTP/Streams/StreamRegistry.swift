import JobEvents
import JobModel
import Synchronization

/// The streams that are open: counted against a limit, and ended together when
/// the daemon stops, so that their clients reconnect to the next one.
package final class StreamRegistry: Sendable {
    private struct State {
        var listeners: [ObjectIdentifier: Listener] = [:]
        /// Whose they are, and how many each has.
        var clients: [ObjectIdentifier: Identity] = [:]
        var counts: [Identity: Int] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int
    private let perClient: Int

    /// - Parameters:
    ///   - limit: how many there may be in all.
    ///   - perClient: how many one client may have.
    package init(limit: Int, perClient: Int) {
        self.limit = limit
        self.perClient = perClient
    }

    /// Admits a stream; false when there are too many or the daemon stops.
    ///
    /// - Parameter client: whose it is. Those whom nobody asks who they are
    ///   (`anyone`) cannot be counted one by one.
    func admit(_ listener: Listener, of client: Identity?) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.listeners.count < limit else { return false }
            let id = ObjectIdentifier(listener)
            if let client, client != .anyone {
                guard state.counts[client, default: 0] < perClient else { return false }
                state.counts[client, default: 0] += 1
                state.clients[id] = client
            }
            state.listeners[id] = listener
            return true
        }
    }

    /// Forgets a stream that has ended.
    func remove(_ listener: Listener) {
        state.withLock { state in
            let id = ObjectIdentifier(listener)
            state.listeners[id] = nil
            guard let client = state.clients.removeValue(forKey: id),
                let count = state.counts[client]
            else { return }
            state.counts[client] = count > 1 ? count - 1 : nil
        }
    }

    /// Ends all streams and admits no more.
    func closeAll() {
        let listeners = state.withLock { state in
            state.isClosed = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.close() }
    }
}
