import Synchronization

/// Something that happens once, and that tests wait for.
final class Signal: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// A signal that has happened when `fire` was called so often.
    init(after count: Int = 1) {
        state = Mutex(State(missing: count))
    }

    /// Counts; the last one lets everybody go.
    func fire() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.missing -= 1
            guard state.missing <= 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits until it has happened.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.missing > 0 { state.waiting.append(continuation) }
                return state.missing <= 0
            }
            if isThere { continuation.resume() }
        }
    }
}

/// Waits until the test is over and cancels its server.
func untilCancelled() async throws {
    try await Task.sleep(for: .seconds(3600))
}
