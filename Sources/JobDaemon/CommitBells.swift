import JobEvents
import JobScheduler
import JobStore
import Synchronization

/// Rings, after each commit, the bells of those who may find something new. The
/// store is made before them and does not know them.
final class CommitBells: Sendable {
    private struct Listeners {
        var log: EventLog?
        var scheduler: Scheduler?
    }

    private let listeners = Mutex(Listeners())

    func connect(_ log: EventLog, _ scheduler: Scheduler) {
        listeners.withLock { $0 = Listeners(log: log, scheduler: scheduler) }
    }

    func ring(_ effects: CommitEffects) {
        let listeners = listeners.withLock { $0 }
        if effects.contains(.events) { listeners.log?.ring() }
        if effects.contains(.cancels) { listeners.scheduler?.ringForCancels() }
        if effects.contains(.scheduling) { listeners.scheduler?.ring() }
    }
}
