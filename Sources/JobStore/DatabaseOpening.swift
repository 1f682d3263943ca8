import GRDB
import JobModel
import Migrations

/// Opens the database and brings its schema up to date.
enum DatabaseOpening {
    /// How long a connection waits for another one, in seconds.
    static let busySeconds = 5

    /// An open database.
    struct Opened {
        var pool: DatabasePool
        /// Where is noted how far it comes; nil: nowhere.
        var note: GenerationNote?
        /// Whether it took the place of another one, or a newer one.
        var isRestored = false
        /// Indexes and triggers that were missing and have been made anew.
        var mended: [String] = []
    }

    /// - Parameters:
    ///   - configuration: what is set beforehand, as tests do.
    ///   - evidence: what lies beside it.
    /// - Throws: `conflict` when the database was written by a newer program, lacks
    ///   something, or is not what was seen last; SQLite's error when it cannot be
    ///   opened.
    static func open(
        path: String, _ configuration: Configuration, evidence: StateEvidence = StateEvidence()
    ) throws -> Opened {
        let sighting = evidence.note.flatMap { GenerationNote.read(path: $0) }
        let mismatch = DatabaseInspection.mismatch(
            try DatabaseInspection.look(at: path), sighting, newestFiles: evidence.newestFiles)
        if let mismatch, !evidence.acceptsRestored {
            throw JobError(
                .conflict,
                """
                The database \(path) \(mismatch). Put back the right one; or, to go on with this \
                one, start jobd once with --accept-restored: what it does not know is set aside, \
                and nothing is deleted.
                """)
        }
        var opened = Opened(pool: try connect(path: path, configuration))
        opened.mended = try opened.pool.writeWithoutTransaction {
            try SchemaCheck.mend($0, against: Migration.all)
        }
        if mismatch != nil {
            try takePlace(of: sighting, newestFiles: evidence.newestFiles, in: opened.pool)
            opened.isRestored = true
        }
        if let path = evidence.note {
            let found = try opened.pool.read {
                try DatabaseInspection.look(into: $0, version: Migration.all.count)
            }
            opened.note = try GenerationNote(
                path: path,
                GenerationNote.Sighting(identity: found.identity ?? "", newest: found.newest))
        }
        return opened
    }

    /// Lets a database take the place of another one: it has a name of its own from now
    /// on, and gives ids above those that others have seen.
    private static func takePlace(
        of sighting: GenerationNote.Sighting?, newestFiles: JobID?, in pool: DatabasePool
    ) throws {
        let job = max(sighting?.newest.job ?? 0, newestFiles?.rawValue ?? 0)
        let event = sighting?.newest.event ?? 0
        try pool.write { database in
            for (table, newest) in [("jobs", job), ("events", event)] {
                try database.execute(
                    sql: "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?",
                    arguments: [newest, table])
                if database.changesCount == 0 {
                    try database.execute(
                        sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
                        arguments: [table, newest])
                }
            }
            try database.execute(
                sql: "UPDATE database_identity SET value = lower(hex(randomblob(16)))")
            // Another one's, perhaps: files of that number need not be those of its job.
            try database.execute(sql: "DELETE FROM removed_jobs")
        }
    }

    private static func connect(
        path: String, _ configuration: Configuration
    ) throws -> DatabasePool {
        var configuration = configuration
        configuration.label = "jobd"
        configuration.busyMode = .timeout(Double(busySeconds))
        configuration.prepareDatabase { database in
            // Before anything is written it costs nothing: see below.
            if !database.configuration.readonly {
                try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            // GRDB sets NORMAL as it enables WAL, after any preparation that
            // could ask for more; NORMAL loses acknowledged rows when the power
            // fails (sqlite.org/pragma.html#pragma_synchronous).
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
            guard synchronous == 2 else {
                throw JobError(
                    .internalError,
                    "SQLite did not accept synchronous=FULL, without which a power cut loses jobs.")
            }
            // So that of a secret nothing remains: see Columns and LogEmptying.
            try database.execute(sql: "PRAGMA secure_delete = ON")
            try migrate(database, to: Migration.all)
            try reclaimSpaceBySteps(database)
        }
        return pool
    }

    /// - Returns: how many steps the database has.
    @discardableResult
    static func refuseNewer(_ database: Database, than known: Int) throws -> Int {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard version <= known else {
            throw JobError(
                .conflict,
                "The database was written by a newer jobd (schema \(version), this one knows "
                    + "\(known)). Run that version, or use another state directory.")
        }
        return version
    }

    /// Lets deletions give their pages back a few at a time. A database that was
    /// made without that is written anew once
    /// (sqlite.org/pragma.html#pragma_auto_vacuum).
    private static func reclaimSpaceBySteps(_ database: Database) throws {
        // Else the log keeps the size that it once had.
        try database.execute(sql: "PRAGMA journal_size_limit = \(8 << 20)")
        guard try Int.fetchOne(database, sql: "PRAGMA auto_vacuum") != 2 else { return }
        // It takes the room of a copy; without it, the pages are used again only.
        try? database.execute(sql: "VACUUM")
    }

    /// Applies what is missing, each step in a transaction of its own.
    /// `user_version` counts the steps that a database has.
    ///
    /// Foreign keys are not enforced meanwhile, since a step may make a table anew
    /// (sqlite.org/lang_altertable.html §7), but they must hold afterwards.
    static func migrate(_ database: Database, to migrations: [Migration]) throws {
        let version = try refuseNewer(database, than: migrations.count)
        guard version < migrations.count else { return }
        try database.execute(sql: "PRAGMA foreign_keys = OFF")
        // If that fails, the next write finds it.
        defer { try? database.execute(sql: "PRAGMA foreign_keys = ON") }
        for (index, migration) in migrations.enumerated().dropFirst(version) {
            try database.inTransaction(.immediate) {
                try database.execute(sql: migration.sql)
                try database.checkForeignKeys()
                try database.execute(sql: "PRAGMA user_version = \(index + 1)")
                return .commit
            }
        }
    }
}
