import GRDB
import Glibc
package import JobModel

/// The one place where state lives: an SQLite database. All of the program's SQL
/// is in this target; `Store+…` files hold it by subject.
///
/// Writes go through one line and are durable when they return; reads see a
/// consistent snapshot and block nobody.
package final class Store: Sendable {
    let pool: DatabasePool
    let writer: GroupCommit
    private let emptying: LogEmptying
    /// The clock that stamps rows.
    package let now: @Sendable () -> Timestamp
    /// Whether that was set.
    let steps: ClockSteps
    /// Draws from 0…1: by how much a pause before a retry is longer.
    let chance: @Sendable () -> Double

    /// Opens or creates the database at `path`.
    ///
    /// - Parameters:
    ///   - now: the clock that stamps rows.
    ///   - committed: told after each commit, on the writer's queue; it must not
    ///     block and cannot call back into the store.
    /// - Throws: `conflict` when the database was written by a newer program, or
    ///   SQLite's error when it cannot be opened.
    package convenience init(
        path: String, now: @escaping @Sendable () -> Timestamp,
        committed: @escaping @Sendable (CommitEffects) -> Void
    ) throws {
        try self.init(
            path: path, configuration: Configuration(), now: now, committed: committed)
    }

    /// The same with a configuration of SQLite's connections, with another clock
    /// that nobody sets, and with chance foreseen, for tests.
    init(
        path: String, configuration: Configuration, now: @escaping @Sendable () -> Timestamp,
        steady: @escaping @Sendable () -> Int64 = Store.sinceBoot,
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        committed: @escaping @Sendable (CommitEffects) -> Void
    ) throws {
        pool = try DatabaseOpening.open(path: path, configuration)
        let emptying = LogEmptying(pool)
        self.emptying = emptying
        writer = GroupCommit(pool: pool) { effects in
            if effects.contains(.ends) { emptying.ring() }
            committed(effects)
        }
        // What an earlier daemon may have left.
        emptying.ring()
        self.now = now
        steps = ClockSteps(now: now, steady: steady)
        self.chance = chance
    }

    /// Why nothing can be written at present; nil when all is well. While
    /// something is wrong, this tries to write, so that it is noticed when there
    /// is room again even if nobody submits anything.
    package func writeFailure() async -> JobError? {
        guard let failure = writer.currentFailure else { return nil }
        // A small write may find room where a job does not.
        if (failure as? JobError)?.code == .storageFull, availableBytes() < Self.minimumRoom {
            return Self.explain(failure)
        }
        do {
            try await writer.write(effects: .scheduling) { database in
                // There and back: a row that stays what it is SQLite does not write.
                for step in ["+", "-"] {
                    try database.execute(
                        sql: "UPDATE queues SET slots = slots \(step) 1 WHERE name = 'default'")
                }
            }
        } catch {
            return Self.explain(error)
        }
        return writer.currentFailure.map(Self.explain)
    }

    /// An error of the database in words for whoever watches the daemon.
    private static func explain(_ error: any Error) -> JobError {
        if let error = error as? JobError { return error }
        guard let error = error as? DatabaseError else {
            return JobError(.unavailable, "The database cannot be written at present: \(error)")
        }
        let reason = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return JobError(
                .unavailable,
                "The database is damaged (\(reason)). Stop jobd and restore it from a backup, or "
                    + "mend a copy of it with sqlite3's .recover.")
        default:
            return JobError(
                .unavailable, "The database cannot be written at present: \(reason).")
        }
    }

    /// How much an ordinary user may still write beside the database, statvfs(3).
    private func availableBytes() -> UInt64 {
        var status = statvfs()
        guard statvfs(pool.path, &status) == 0 else { return .max }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize)
    }

    /// A job with the largest body there may be, in the log and in the database.
    private static let minimumRoom: UInt64 = 4 << 20

    /// Waits for the writes in line and closes the database.
    package func close() throws {
        emptying.stop()
        try pool.close()
    }
}
