package import JobModel
import Synchronization

/// What was added to the history since the daemon started.
package struct HistoryCounts: Hashable, Sendable {
    /// What a job came to.
    package struct Ending: Hashable, Sendable {
        /// A finished state.
        package var state: JobState
        /// Why it failed.
        package var failure: Failure?

        package init(_ state: JobState, _ failure: Failure? = nil) {
            self.state = state
            self.failure = failure
        }

        /// Every ending there is.
        package static let all: [Ending] =
            [Ending(.succeeded), Ending(.cancelled)] + Failure.allCases.map { Ending(.failed, $0) }
    }

    /// Rows of `events`.
    package var events = 0
    /// Attempts that were given a slot.
    package var attempts = 0
    /// Jobs that finished; one that is run again may finish again.
    package var endings: [Ending: Int] = [:]
}

/// Counts what transactions add to the history, once they are committed.
///
/// Rows are removed again by pruning, so the table cannot tell this.
final class HistoryTally: Sendable {
    private struct State {
        /// Together with what the present transaction has added.
        var current = HistoryCounts()
        var committed = HistoryCounts()
    }

    private let state = Mutex(State())

    /// That of the transaction which runs on this thread. What adds rows is handed a
    /// database and nothing else.
    @TaskLocal static var current: HistoryTally?

    /// What is committed.
    var counts: HistoryCounts { state.withLock { $0.committed } }

    /// Counts an event of the present transaction.
    func add(_ content: Event.Content) {
        state.withLock { state in
            state.current.events += 1
            guard case .end(let end) = content else { return }
            state.current.endings[HistoryCounts.Ending(end.state, end.failure), default: 0] += 1
        }
    }

    /// Counts an attempt that the present transaction begins.
    func addAttempt() {
        state.withLock { $0.current.attempts += 1 }
    }

    /// Runs a part of a transaction; when it fails it has added nothing.
    func part(_ body: () throws -> Void) rethrows {
        let before = state.withLock { $0.current }
        do {
            try body()
        } catch {
            state.withLock { $0.current = before }
            throw error
        }
    }

    /// Runs a transaction.
    func transaction(_ body: () throws -> Void) rethrows {
        do {
            try Self.$current.withValue(self) { try body() }
            state.withLock { $0.committed = $0.current }
        } catch {
            state.withLock { $0.current = $0.committed }
            throw error
        }
    }
}
