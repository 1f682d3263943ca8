import GRDB
import Glibc
import JobModel

/// Pauses are intervals, though they are kept as times by the wall clock: when that
/// is set, they move with it. What was asked for by that clock (`not_before`) stays.
extension Store {
    /// Microseconds since the machine started, its sleep among them.
    static let sinceBoot: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Moves the ends of the pauses before retries, if the clock was set.
    func allowForStep() async throws {
        guard let step = steps.take() else { return }
        do {
            try await writer.write(effects: .scheduling) { database in
                try database.execute(
                    sql: """
                        UPDATE jobs SET retry_at = retry_at + ?1,
                            wake_at = max(retry_at + ?1, coalesce(not_before, retry_at + ?1))
                        WHERE wake_at IS NOT NULL AND waiting_for = 'retry'
                        """, arguments: [step])
            }
        } catch {
            steps.giveBack(step)
            throw error
        }
    }

    /// Shortens pauses that are longer than they can have been meant: the clock was
    /// set back while no daemon could see it.
    package func shortenPauses() async throws {
        try await writer.write(effects: .scheduling) { [now] database in
            let now = now()
            let ids = try Int64.fetchAll(
                database,
                sql: "SELECT id FROM jobs WHERE wake_at IS NOT NULL AND waiting_for = 'retry'")
            for id in ids {
                guard let job = try Self.job(JobID(rawValue: id), in: database),
                    let longest = job.longestPause
                else { continue }
                try database.execute(
                    sql: """
                        UPDATE jobs SET retry_at = ?1, wake_at = max(?1, coalesce(not_before, ?1))
                        WHERE id = ?2 AND retry_at > ?1
                        """, arguments: [(now + longest).microseconds, id])
            }
        }
    }
}

extension Job {
    /// How many failures in a row there were: run again by hand, a job has all its
    /// attempts anew.
    var failuresInARow: Int { attempt - (attemptLimit - (spec.retry?.maxAttempts ?? 1)) }

    /// The longest that the pause after its newest failure can be, in microseconds.
    fileprivate var longestPause: Int64? {
        spec.retry?.pause(afterFailure: failuresInARow, chance: 1)
    }
}
