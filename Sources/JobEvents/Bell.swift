import Synchronization

/// A wake-up without data: it only says "look again".
///
/// Whoever waits notes the `count` first, then looks, and then waits past that
/// count: what happens between the look and the wait is not slept through.
package final class Bell: Sendable {
    private struct State {
        var count: UInt64 = 0
        var waiting: [Listener] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// How often it has been rung.
    package var count: UInt64 { state.withLock { $0.count } }

    /// Wakes everybody who waits.
    package func ring() {
        let waiting = state.withLock { state in
            state.count += 1
            defer { state.waiting.removeAll(keepingCapacity: true) }
            return state.waiting
        }
        for listener in waiting { listener.wake(.rung) }
    }

    /// Wakes everybody who waits, only so that they show they are alive.
    package func beat() {
        let waiting = state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for listener in waiting { listener.wake(.beat) }
    }

    /// Waits until it has been rung more than `count` times, until a beat, or
    /// until the listener is closed.
    package func wait(past count: UInt64, _ listener: Listener) async -> Listener.Sound {
        let isRung = state.withLock { state in
            if state.count != count { return true }
            state.waiting.append(listener)
            return false
        }
        return isRung ? .rung : await listener.sleep()
    }
}
