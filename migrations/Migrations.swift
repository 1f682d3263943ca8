/// The database's schema, as SQL files that are embedded in the program and
/// applied in order.

/// One step of the schema.
package struct Migration: Sendable {
    /// The file's name without its ending: `0001_init`.
    package let name: String
    /// Its statements.
    package let sql: String

    fileprivate init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}

extension Migration {
    /// Every step, in order. Embedding offers no list of the files, so it is
    /// written here, and a test compares it with the folder.
    package static let all: [Migration] = [
        Migration("0001_init", PackageResources._001_init_sql),
        Migration("0002_control", PackageResources._002_control_sql),
        Migration("0003_progress", PackageResources._003_progress_sql),
        Migration("0004_access", PackageResources._004_access_sql),
        Migration("0005_keeping", PackageResources._005_keeping_sql),
    ]
}
