import JobEvents
import JobScheduler
import JobStore
import Synchronization

/// Rings, after each commit, the bells of those who may find something new. The
/// store is made before them and does not know them.
final class CommitBells: Sendable {
    private struct Listeners {
        var log: EventLog?
        var output: OutputLog?
        var scheduler: Scheduler?
        var pruner: Pruner?
    }

    private let listeners = Mutex(Listeners())

    func connect(
        _ log: EventLog, _ output: OutputLog, _ scheduler: Scheduler, _ pruner: Pruner
    ) {
        listeners.withLock {
            $0 = Listeners(log: log, output: output, scheduler: scheduler, pruner: pruner)
        }
    }

    func ring(_ effects: CommitEffects) {
        let listeners = listeners.withLock { $0 }
        if effects.contains(.events) { listeners.log?.ring() }
        if effects.contains(.orders) { listeners.scheduler?.ringForOrders() }
        if effects.contains(.scheduling) { listeners.scheduler?.ring() }
        if effects.contains(.ends) {
            listeners.output?.ringForEnds()
            listeners.pruner?.ring()
        }
    }
}
