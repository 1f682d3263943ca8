import Foundation
import GRDB
import Migrations
import Testing

@testable import JobStore

/// The schema's steps: all embedded, none edited once it is released.
@Suite struct MigrationTests {
    /// FNV-1a of each file. A released migration is never edited: databases
    /// that have it would lack the change. Write a new one, and add its line.
    private static let checksums = [
        "0001_init": "3b45973b0b61423",
        "0002_control": "71b3238e0792e3f3",
        "0003_progress": "344c14d56c6b6e62",
        "0004_access": "d64cc51cc953c058",
        "0005_keeping": "58a09955c745ef10",
    ]

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "migrations/sql")

    private func checksum(_ bytes: some Sequence<UInt8>) -> String {
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    @Test func theListIsTheFolder() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).sorted()
        #expect(files == Migration.all.map { $0.name + ".sql" })
        for migration in Migration.all {
            let file = Self.folder.appending(path: migration.name + ".sql")
            let sql = try Data(contentsOf: file)
            #expect(migration.sql == String(decoding: sql, as: UTF8.self))
        }
    }

    @Test func theNamesCountFromOne() {
        for (index, migration) in Migration.all.enumerated() {
            let number = String(format: "%04d_", index + 1)
            #expect(migration.name.hasPrefix(number))
        }
    }

    @Test func noReleasedFileWasEdited() {
        #expect(Migration.all.map(\.name) == Self.checksums.keys.sorted())
        for migration in Migration.all {
            #expect(checksum(migration.sql.utf8) == Self.checksums[migration.name])
        }
    }

    @Test func aStepThatFailsIsUndoneAndThoseBeforeItStay() throws {
        let queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { database in
            try DatabaseOpening.migrate(database, to: Migration.all)
            let broken = Migration.all + [try #require(Migration.all.first)]
            #expect(throws: DatabaseError.self) {
                try DatabaseOpening.migrate(database, to: broken)
            }
            #expect(!database.isInsideTransaction)
            #expect(
                try Int.fetchOne(database, sql: "PRAGMA user_version") == Migration.all.count)
            try DatabaseOpening.migrate(database, to: Migration.all)
        }
    }
}
