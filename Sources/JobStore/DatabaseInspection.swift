// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import GRDB
import Glibc
import JobModel
import Migrations

/// What a database says of itself, read without changing it.
struct DatabaseInspection {
    /// Its own name for itself; nil: it was made before they had any.
    var identity: String?
    var newest = NewestIDs()

    /// - Returns: nil when there is none: no file, or an empty one.
    /// - Throws: `conflict` when it was written by a newer program; SQLite's error when
    ///   it cannot be read.
    static func look(at path: String) throws -> DatabaseInspection? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > 0 else { return nil }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(Double(DatabaseOpening.busySeconds))
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let found = try queue.read { database in
            let version = try DatabaseOpening.refuseNewer(database, than: Migration.all.count)
            return try look(into: database, version: version)
        }
        try queue.close()
        return found
    }

    static func look(into database: Database, version: Int) throws -> DatabaseInspection {
        var found = DatabaseInspection()
        if version > 0 { found.newest = try newestIDs(in: database) }
        if version >= 5 {
            found.identity = try String.fetchOne(
                database, sql: "SELECT value FROM database_identity WHERE id = 1")
        }
        return found
    }

    static func newestIDs(in database: Database) throws -> NewestIDs {
        var newest = NewestIDs()
        let statement = try database.cachedStatement(sql: "SELECT name, seq FROM sqlite_sequence")
        let rows = try Row.fetchCursor(statement)
        while let row = try rows.next() {
            switch row[0] as String {
            case "jobs": newest.job = row[1]
            case "events": newest.event = row[1]
            default: break
            }
        }
        return newest
    }

    /// Why this is not the database that was seen last; nil when it is, as far as can
    /// be told.
    static func mismatch(
        _ found: DatabaseInspection?, _ sighting: GenerationNote.Sighting?, newestFiles: JobID?
    ) -> String? {
        guard let found else {
            if sighting == nil, newestFiles == nil { return nil }
            return "is missing or empty, though jobs have run here"
        }
        if let sighting, let identity = found.identity, identity != sighting.identity {
            return "is not the one that jobd last ran with here"
        }
        if let sighting,
            found.newest.event < sighting.newest.event || found.newest.job < sighting.newest.job
        {
            return """
                is older than the one that jobd last ran with here: it ends with job \
                \(found.newest.job) and event \(found.newest.event), that one with job \
                \(sighting.newest.job) and event \(sighting.newest.event)
                """
        }
        if let newestFiles, newestFiles.rawValue > found.newest.job {
            return """
                is older than what lies beside it: it ends with job \(found.newest.job), and \
                there are files of job \(newestFiles)
                """
        }
        return nil
    }
}
