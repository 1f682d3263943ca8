package import JobModel
package import JobStore
import Synchronization

/// Wakes those who follow what jobs write. The bytes themselves are in the
/// attempts' journals; here are only the bells.
package final class OutputLog: Sendable {
    private typealias Entry = (bell: Bell, readers: Int)

    let store: Store
    let directory: StateDirectory
    private let bells = Mutex<[JobID: Entry]>([:])
    /// Jobs that do not run and whose output somebody waits for, and how many do.
    private let idle = Mutex<[JobID: Int]>([:])

    package init(store: Store, directory: StateDirectory) {
        self.store = store
        self.directory = directory
    }

    /// Says that a job has written something, or that it may have ended.
    package func ring(_ job: JobID) {
        bells.withLock { $0[job]?.bell }?.ring()
    }

    /// Says that jobs have ended, some perhaps without ever having run: those who
    /// wait for the output of such a job look again.
    package func ringForEnds() {
        for job in idle.withLock({ Array($0.keys) }) { ring(job) }
    }

    /// Waits for a bell, on behalf of a reader of a job that does not run.
    func waitIdly(
        for job: JobID, _ bell: Bell, past count: UInt64, _ listener: Listener
    ) async -> Listener.Sound {
        idle.withLock { $0[job, default: 0] += 1 }
        defer {
            idle.withLock { idle in
                let others = idle[job, default: 1] - 1
                idle[job] = others > 0 ? others : nil
            }
        }
        return await bell.wait(past: count, listener)
    }

    /// Wakes every stream, so that it shows it is alive.
    package func beat() {
        for bell in bells.withLock({ $0.values.map(\.bell) }) { bell.beat() }
    }

    /// A reader of a job's output from a place on.
    ///
    /// - Parameters:
    ///   - follow: whether it waits for more until the job has ended.
    ///   - onlyAttempt: whether it stays within the attempt it starts in.
    package func feed(
        of job: JobID, from start: OutputPosition, follow: Bool, onlyAttempt: Bool,
        listener: Listener
    ) -> OutputFeed {
        let bell = bells.withLock { bells in
            let entry = bells[job] ?? (Bell(), 0)
            bells[job] = (entry.bell, entry.readers + 1)
            return entry.bell
        }
        return OutputFeed(
            log: self, job: job, bell: bell, position: start, follow: follow,
            onlyAttempt: onlyAttempt, listener: listener)
    }

    func leave(_ job: JobID) {
        bells.withLock { bells in
            guard let entry = bells[job] else { return }
            bells[job] = entry.readers == 1 ? nil : (entry.bell, entry.readers - 1)
        }
    }
}
