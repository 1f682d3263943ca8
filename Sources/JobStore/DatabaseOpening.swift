import GRDB
import Glibc
import JobModel
import Migrations

/// Opens the database and brings its schema up to date.
enum DatabaseOpening {
    /// How long a connection waits for another one, in seconds.
    static let busySeconds = 5

    /// - Parameter configuration: what is set beforehand, as tests do.
    /// - Throws: `conflict` when the database was written by a newer program, or
    ///   SQLite's error when it cannot be opened.
    static func open(path: String, _ configuration: Configuration) throws -> DatabasePool {
        try refuseNewer(path: path)
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

    /// Looks at the version without changing the file, which opening it for
    /// writing would do.
    private static func refuseNewer(path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > 0 else { return }
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        _ = try queue.read { try refuseNewer($0, than: Migration.all.count) }
        try queue.close()
    }

    /// - Returns: how many steps the database has.
    @discardableResult
    private static func refuseNewer(_ database: Database, than known: Int) throws -> Int {
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
