import Dispatch
import GRDB
import Synchronization

/// Empties the write-ahead log when secrets have been taken out of the database: it
/// still has the pages that they were on.
///
/// That takes a sync or two, so it is done a little later, for all that have ended
/// until then. What is left to do is a row (a trigger writes it), so that a daemon
/// that dies in between leaves it to the next one.
final class LogEmptying: Sendable {
    private struct State {
        var isRung = false
        var isStopped = false
    }

    private let pool: DatabasePool
    private let state = Mutex(State())

    private let reserve: DiskReserve

    init(_ pool: DatabasePool, _ reserve: DiskReserve) {
        self.pool = pool
        self.reserve = reserve
    }

    /// Says that jobs have ended, or may have before this daemon's time.
    func ring() {
        let isFirst = state.withLock { state in
            defer { state.isRung = true }
            return !state.isRung
        }
        guard isFirst else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.collecting) { [weak self] in
            self?.look()
        }
    }

    /// Looks no more.
    func stop() { state.withLock { $0.isStopped = true } }

    private func look() {
        let isStopped = state.withLock { state in
            state.isRung = false
            return state.isStopped
        }
        if isStopped { return }
        pool.asyncWriteWithoutTransaction { [self] database in
            // A full disk, or a reader that is in the log: it is tried again.
            do { try empty(database) } catch { ring() }
        }
    }

    /// On the only connection that writes, so that nothing is written in between.
    private func empty(_ database: Database) throws {
        let isNeeded = try database.cachedStatement(sql: "SELECT 1 FROM wiped_jobs LIMIT 1")
        guard try Bool.fetchOne(isNeeded) == true else { return }
        // Everybody else who writes waits for this, so it waits for few.
        try database.execute(sql: "PRAGMA busy_timeout = \(Self.patience)")
        defer { Self.restoreTimeout(database) }
        try database.checkpoint(.truncate)
        // That has given the room back as well.
        reserve.hold()
        try database.execute(sql: "DELETE FROM wiped_jobs")
    }

    private static func restoreTimeout(_ database: Database) {
        // It fails only if the connection is closed, and then nobody waits on it.
        try? database.execute(
            sql: "PRAGMA busy_timeout = \(DatabaseOpening.busySeconds * 1000)")
    }

    /// How long those who read may keep it waiting, in milliseconds.
    private static let patience = 100
    /// Seconds in which ends are collected.
    private static let collecting = 1.0
}
