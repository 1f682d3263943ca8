import GRDB
import JobModel
import Synchronization

/// The only writer of the database: everything that waits to be written goes
/// into one transaction, so that a batch, not a row, pays for the disk's sync.
///
/// Whoever finds nobody draining the line has it drained, on GRDB's writer
/// queue. A write that fails is undone by its savepoint and fails alone; when
/// the commit fails, all of the batch has failed.
final class GroupCommit: Sendable {
    /// A write in line.
    private struct Entry: Sendable {
        /// Whether it makes the history grow, for which not the last room is used.
        let grows: Bool
        /// Runs within the transaction; says what it has changed.
        let apply: @Sendable (Database) throws -> CommitEffects
        /// Runs after it: with nil when the write is durable.
        let complete: @Sendable ((any Error)?) -> Void
    }

    private struct Line {
        var entries: [Entry] = []
        var isDrained = false
    }

    private let pool: DatabasePool
    private let reserve: DiskReserve
    private let generation: GenerationNote?
    private let line = Mutex(Line())
    private let committed: @Sendable (CommitEffects) -> Void
    private let failure = Mutex<(any Error)?>(nil)
    /// What was added to the history.
    let tally = HistoryTally()
    private let failures = Mutex(0)

    /// - Parameters:
    ///   - reserve: whose last room is for what makes room.
    ///   - generation: where is noted how far the database has come.
    ///   - committed: told, on the writer's queue, after each commit that changed
    ///     something somebody may wait for.
    init(
        pool: DatabasePool, reserve: DiskReserve, generation: GenerationNote?,
        committed: @escaping @Sendable (CommitEffects) -> Void
    ) {
        self.pool = pool
        self.reserve = reserve
        self.generation = generation
        self.committed = committed
    }

    /// Why the newest transaction, or a part of it, could not be written; nil when
    /// all of it was. What is damaged stays so, whatever else can be written.
    var currentFailure: (any Error)? { failure.withLock { $0 } }

    /// How many transactions could not be written.
    var failureCount: Int { failures.withLock { $0 } }

    /// Notes that the database was found damaged.
    func noteDamage(_ found: String) {
        note(DatabaseError(resultCode: .SQLITE_CORRUPT, message: found))
    }

    /// Writes, and returns once that is durable.
    ///
    /// - Parameter grows: whether it makes the history grow: that is refused as long as
    ///   the disk has little room, so that what ends jobs or makes room finds some.
    /// - Throws: what `body` throws, or `storage_full` or `unavailable` when the
    ///   disk did not take it. Nothing of `body` is kept then.
    func write<Value: Sendable>(
        effects: CommitEffects, grows: Bool = false,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await write(grows: grows) { database, found in
            found = effects
            return try body(database)
        }
    }

    /// The same, for a body that finds out what it changes.
    func write<Value: Sendable>(
        grows: Bool = false,
        _ body: @escaping @Sendable (Database, inout CommitEffects) throws -> Value
    ) async throws -> Value {
        let result = Result<Value>()
        try await withCheckedThrowingContinuation {
            (written: CheckedContinuation<Void, any Error>) in
            enqueue(
                Entry(
                    grows: grows,
                    apply: { database in
                        var effects: CommitEffects = []
                        result.value = try body(database, &effects)
                        return effects
                    },
                    complete: { error in
                        if let error {
                            written.resume(throwing: Self.translate(error))
                        } else {
                            written.resume()
                        }
                    }))
        }
        guard let value = result.value else {
            throw JobError(.internalError, "A committed write left no result.")
        }
        return value
    }

    private func enqueue(_ entry: Entry) {
        let drains = line.withLock { line in
            line.entries.append(entry)
            defer { line.isDrained = true }
            return !line.isDrained
        }
        if drains { drain() }
    }

    /// Commits what is in line, in turns of the writer's queue.
    private func drain() {
        pool.asyncWriteWithoutTransaction { [self] database in
            let batch = line.withLock { line in
                defer { line.entries.removeAll(keepingCapacity: true) }
                return line.entries
            }
            commit(batch, to: database)
            let hasMore = line.withLock { line in
                line.isDrained = !line.entries.isEmpty
                return line.isDrained
            }
            // One batch a turn: who else uses the writer's queue gets its turn too.
            if hasMore { drain() }
        }
    }

    private func commit(_ batch: [Entry], to database: Database) {
        var errors = [(any Error)?](repeating: nil, count: batch.count)
        var effects: CommitEffects = []
        var trouble: (any Error)?
        let isShort = batch.contains(where: \.grows) && reserve.isShort
        var newest: NewestIDs?
        do {
            try tally.transaction {
                try database.inTransaction(.immediate) {
                    for (index, entry) in batch.enumerated() {
                        if entry.grows, isShort {
                            errors[index] = Self.diskIsFull
                            trouble = Self.diskIsFull
                            continue
                        }
                        do {
                            var found: CommitEffects = []
                            try tally.part {
                                try database.inSavepoint {
                                    found = try entry.apply(database)
                                    return .commit
                                }
                            }
                            effects.formUnion(found)
                        } catch {
                            // SQLite ends the transaction by itself after a full disk
                            // (sqlite.org/lang_transaction.html §3.1): all is undone.
                            guard database.isInsideTransaction else { throw error }
                            errors[index] = error
                            if Self.isStorageTrouble(error) { trouble = error }
                        }
                    }
                    if generation != nil {
                        newest = try DatabaseInspection.newestIDs(in: database)
                    }
                    return .commit
                }
            }
            if let newest { generation?.advance(to: newest) }
        } catch {
            trouble = error
            let translated = Self.translate(error)
            errors = errors.map { $0 ?? translated }
            effects = []
        }
        note(trouble)
        if !effects.isEmpty { committed(effects) }
        for (entry, error) in zip(batch, errors) { entry.complete(error) }
    }

    /// Notes how the newest transaction went.
    private func note(_ trouble: (any Error)?) {
        if trouble != nil { failures.withLock { $0 += 1 } }
        failure.withLock { failure in
            if trouble == nil, let failure, Self.isDamage(failure) { return }
            failure = trouble.map(Self.translate)
        }
    }

    /// Whether an error is the database's or the disk's, and not that of what was
    /// asked (sqlite.org/rescode.html).
    private static func isStorageTrouble(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        switch error.resultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_RANGE, .SQLITE_MISUSE, .SQLITE_TOOBIG,
            .SQLITE_MISMATCH, .SQLITE_ABORT, .SQLITE_INTERRUPT:
            return false
        default:
            return true
        }
    }

    /// Whether it is one that no later write cures.
    private static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return false }
        return error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    }

    /// SQLite's words for a disk that does not take a write, in ours.
    private static func translate(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL:
            return diskIsFull
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
            return JobError(
                .unavailable,
                "The database cannot be written at present: "
                    + "\(error.message ?? "\(error.resultCode)").")
        default:
            return error
        }
    }

    static let diskIsFull = JobError(
        .storageFull, "The disk that holds the state directory is full. Make room and try again.")

    /// Carries a value out of the transaction: set on the writer's queue, read
    /// after the continuation was resumed, so never at once.
    private final class Result<Value: Sendable>: Sendable {
        private let stored = Mutex<Value?>(nil)

        var value: Value? {
            get { stored.withLock { $0 } }
            set { stored.withLock { $0 = newValue } }
        }
    }
}
