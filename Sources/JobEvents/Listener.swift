import Synchronization

/// One reader's place to sleep. It can be closed from anywhere, for instance
/// when the reader's connection is gone or the daemon stops, and stays closed.
package final class Listener: Sendable {
    /// Why a reader was woken.
    package enum Sound: Sendable {
        /// There may be something new.
        case rung
        /// It has been quiet for a while.
        case beat
        /// Nothing more is wanted.
        case closed
    }

    private enum State {
        case awake
        /// Woken before it fell asleep.
        case woken(Sound)
        case asleep(CheckedContinuation<Sound, Never>)
        case closed
    }

    private let state = Mutex(State.awake)

    package init() {}

    package var isClosed: Bool {
        state.withLock { state in
            if case .closed = state { true } else { false }
        }
    }

    /// Ends the sleep, now or as soon as it begins.
    func wake(_ sound: Sound) {
        let sleeper: CheckedContinuation<Sound, Never>? = state.withLock { state in
            switch state {
            case .asleep(let continuation):
                state = .awake
                return continuation
            case .awake:
                state = .woken(sound)
                return nil
            case .woken(let earlier):
                // Something new outranks a sign of life.
                if earlier == .beat { state = .woken(sound) }
                return nil
            case .closed:
                return nil
            }
        }
        sleeper?.resume(returning: sound)
    }

    /// Ends this and every later sleep.
    package func close() {
        let sleeper: CheckedContinuation<Sound, Never>? = state.withLock { state in
            defer { state = .closed }
            if case .asleep(let continuation) = state { return continuation }
            return nil
        }
        sleeper?.resume(returning: .closed)
    }

    /// Sleeps until it is woken. Only one reader may use a listener.
    func sleep() async -> Sound {
        await withCheckedContinuation { continuation in
            let sound: Sound? = state.withLock { state in
                switch state {
                case .awake:
                    state = .asleep(continuation)
                    return nil
                case .woken(let sound):
                    state = .awake
                    return sound
                case .asleep:
                    preconditionFailure("Two readers sleep on one listener.")
                case .closed:
                    return .closed
                }
            }
            if let sound { continuation.resume(returning: sound) }
        }
    }
}
