import JobClient
import Synchronization

/// Says once, not at every try, that the daemon is away.
final class OutageNotice: Sendable {
    private let isTold = Mutex(false)
    private let say: @Sendable (String) -> Void

    init(say: @escaping @Sendable (String) -> Void) {
        self.say = say
    }

    /// A stream lost its daemon, or failed to get back to it.
    func interrupted(_ interruption: StreamInterruption) {
        let wasTold = isTold.withLock { told in
            // Whoever still tries while another is back already has nothing new to say.
            guard interruption.failures == 1 || told else { return true }
            defer { told = true }
            return told
        }
        guard !wasTold else { return }
        say("lost the daemon (\(interruption.reason)); going on as soon as it is back")
    }

    /// Something came from the daemon.
    func resumed() {
        isTold.withLock { $0 = false }
    }
}
