import GRDB
import JobModel
import Migrations

/// Compares what a database has with what the steps make of an empty one.
enum SchemaCheck {
    private struct Part {
        let type: String
        let name: String
        let sql: String
    }

    /// Makes missing indexes and triggers anew, without which jobs would wait for ever
    /// while all seems well.
    ///
    /// - Returns: the names of what was missing.
    /// - Throws: `conflict` when tables or columns are missing, which nothing can make
    ///   anew.
    static func mend(_ database: Database, against migrations: [Migration]) throws -> [String] {
        let model = try DatabaseQueue()
        let (parts, columns) = try model.inDatabase { model in
            try DatabaseOpening.migrate(model, to: migrations)
            let parts = try Row.fetchAll(
                model,
                sql: """
                    SELECT type, name, sql FROM sqlite_master
                    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid
                    """
            ).map { Part(type: $0[0], name: $0[1], sql: $0[2]) }
            return (parts, try Self.columns(of: parts, in: model))
        }
        try model.close()
        let names = Set(
            try String.fetchAll(database, sql: "SELECT type || ' ' || name FROM sqlite_master"))
        let missing = parts.filter { !names.contains("\($0.type) \($0.name)") }
        let found = try Self.columns(of: parts, in: database)
        for part in parts where part.type == "table" {
            let lacking = (columns[part.name] ?? []).filter {
                !(found[part.name] ?? []).contains($0)
            }
            guard lacking.isEmpty else {
                throw JobError(
                    .conflict,
                    "The database lacks what belongs to it (\(part.name): "
                        + "\(lacking.joined(separator: ", "))): it is damaged, or was changed by "
                        + "others. Restore it from a backup.")
            }
        }
        if missing.isEmpty { return [] }
        try database.inTransaction(.immediate) {
            for part in missing { try database.execute(sql: part.sql) }
            return .commit
        }
        return missing.map { "\($0.type) \($0.name)" }
    }

    private static func columns(
        of parts: [Part], in database: Database
    ) throws -> [String: [String]] {
        var columns: [String: [String]] = [:]
        for part in parts where part.type == "table" {
            columns[part.name] = try String.fetchAll(
                database, sql: "SELECT name FROM pragma_table_info(?)", arguments: [part.name])
        }
        return columns
    }
}
