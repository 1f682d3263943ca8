import Synchronization

/// Something that is so from some moment on.
final class Mark: Sendable {
    private let state = Mutex(false)

    /// Whether it is so.
    var isSet: Bool { state.withLock { $0 } }

    /// From now on it is.
    func set() {
        state.withLock { $0 = true }
    }
}
