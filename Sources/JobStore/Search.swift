import Glibc
package import JobModel
import Synchronization

/// A page of jobs, the newest first.
package struct JobPage: Sendable {
    package var jobs: [Job]
    /// Jobs before this one have not been looked at; nil: there are no more.
    package var next: JobID?
}

/// A page of events, in order.
package struct EventPage: Sendable {
    package var events: [Event]
    /// Up to which event all has been looked at; nil: up to the newest.
    package var lookedUpTo: EventID?

    package init(events: [Event], lookedUpTo: EventID?) {
        self.events = events
        self.lookedUpTo = lookedUpTo
    }
}

/// Looking at rows one by one, which no index spares, in steps of a few milliseconds:
/// between them others read, and after a while the answer is what was found so far.
///
/// Of the connections that read only some are lent to searches, in turns.
final class Search: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    /// How many jobs are looked at in a step.
    let jobs: Int
    /// How many events.
    let events: Int
    /// How long one search goes on before it answers with what it has found.
    let patience: Duration

    /// - Parameter width: how many steps may be done at once.
    init(
        width: Int = standardWidth, jobs: Int = 500, events: Int = 5000,
        patience: Duration = .seconds(1)
    ) {
        state = Mutex(State(free: width))
        self.jobs = jobs
        self.events = events
        self.patience = patience
    }

    /// As many as leave the machine, and most connections, to others.
    static var standardWidth: Int { max(1, min(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)) }

    /// Does a step when it is its turn.
    func step<Value>(_ body: () async throws -> Value) async rethrows -> Value {
        await take()
        defer { give() }
        return try await body()
    }

    private func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func give() {
        let next = state.withLock { state in
            guard state.waiting.isEmpty else {
                return Optional(state.waiting.removeFirst())
            }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
