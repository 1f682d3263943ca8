import GRDB
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
    /// How what no index tells is looked for.
    let search: Search
    /// The clock that stamps rows.
    package let now: @Sendable () -> Timestamp
    /// Whether that was set.
    let steps: ClockSteps
    /// Draws from 0…1: by how much a pause before a retry is longer.
    let chance: @Sendable () -> Double

    /// What is kept free for what makes room.
    let reserve: DiskReserve
    /// Whether it took the place of another database, or of a newer one.
    package let isRestored: Bool
    /// Indexes and triggers that were missing and have been made anew.
    package let mended: [String]

    /// Opens or creates the database at `path`.
    ///
    /// - Parameters:
    ///   - evidence: what lies beside it.
    ///   - now: the clock that stamps rows.
    ///   - committed: told after each commit, on the writer's queue; it must not
    ///     block and cannot call back into the store.
    /// - Throws: `conflict` when the database was written by a newer program, lacks
    ///   something, or is not what was seen last; SQLite's error when it cannot be
    ///   opened.
    package convenience init(
        path: String, evidence: StateEvidence = StateEvidence(),
        now: @escaping @Sendable () -> Timestamp,
        committed: @escaping @Sendable (CommitEffects) -> Void
    ) throws {
        try self.init(
            path: path, configuration: Configuration(), evidence: evidence, now: now,
            committed: committed)
    }

    /// The same with a configuration of SQLite's connections, with another clock
    /// that nobody sets, and with chance foreseen, for tests.
    init(
        path: String, configuration: Configuration, evidence: StateEvidence = StateEvidence(),
        now: @escaping @Sendable () -> Timestamp,
        steady: @escaping @Sendable () -> Int64 = Store.sinceBoot,
        chance: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        search: Search = Search(), committed: @escaping @Sendable (CommitEffects) -> Void
    ) throws {
        let reserve = DiskReserve(database: path, file: evidence.reserve)
        reserve.release()
        let opened = try DatabaseOpening.open(path: path, configuration, evidence: evidence)
        reserve.hold()
        self.reserve = reserve
        pool = opened.pool
        isRestored = opened.isRestored
        mended = opened.mended
        let emptying = LogEmptying(pool, reserve)
        self.emptying = emptying
        writer = GroupCommit(pool: pool, reserve: reserve, generation: opened.note) { effects in
            if effects.contains(.ends) { emptying.ring() }
            committed(effects)
        }
        // What an earlier daemon may have left.
        emptying.ring()
        self.now = now
        steps = ClockSteps(now: now, steady: steady)
        self.chance = chance
        self.search = search
    }

    /// Looks through the whole database for damage; `writeFailure` tells what is found.
    /// It takes a while, and blocks the calling thread, but nobody else.
    package func checkIntegrity() -> String? {
        let found = IntegrityCheck.run(path: pool.path)
        if let found { writer.noteDamage(found) }
        return found
    }

    /// Why nothing can be written at present; nil when all is well. While
    /// something is wrong, this tries to write, so that it is noticed when there
    /// is room again even if nobody submits anything.
    package func writeFailure() async -> JobError? {
        // As soon as jobs stand still for it, and until there is more than a probe takes.
        if reserve.isShort { return GroupCommit.diskIsFull }
        guard writer.currentFailure != nil else { return nil }
        do {
            try await writer.write(effects: .scheduling) { database in
                try database.execute(
                    sql: "UPDATE write_probes SET value = 1 - value WHERE id = 1")
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

    /// Waits for the writes in line and closes the database, which takes its log away;
    /// room is kept for the next start.
    package func close() throws {
        emptying.stop()
        // The last one to close takes the log away, and only one that writes can.
        pool.invalidateReadOnlyConnections()
        try pool.close()
        reserve.keep()
    }
}
