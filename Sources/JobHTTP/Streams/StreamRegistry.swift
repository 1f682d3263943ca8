import JobEvents
import Synchronization

/// The streams that are open: counted against a limit, and ended together when
/// the daemon stops, so that their clients reconnect to the next one.
package final class StreamRegistry: Sendable {
    private struct State {
        var listeners: [ObjectIdentifier: Listener] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    /// How many are open.
    var count: Int { state.withLock { $0.listeners.count } }

    /// Admits a stream; false when there are too many or the daemon stops.
    func admit(_ listener: Listener) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.listeners.count < limit else { return false }
            state.listeners[ObjectIdentifier(listener)] = listener
            return true
        }
    }

    /// Forgets a stream that has ended.
    func remove(_ listener: Listener) {
        _ = state.withLock { $0.listeners.removeValue(forKey: ObjectIdentifier(listener)) }
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
