import Foundation
import GRDB
import JobModel
import Migrations
import JobTestSupport
import Testing

@testable import JobStore

/// What a database must be, and which one is refused.
@Suite struct OpeningTests {
    private func open(_ path: String) throws -> Store {
        try Store(path: path, now: { Timestamp(microseconds: 0) }, committed: { _ in })
    }

    private func pragma(_ name: String, _ store: Store) throws -> String? {
        try store.pool.writeWithoutTransaction {
            try String.fetchOne($0, sql: "PRAGMA \(name)")
        }
    }

    @Test func aPowerCutLosesNothingThatWasAcknowledged() async throws {
        let fixture = try StoreFixture()
        for _ in 0..<2 {
            // 2 is FULL (sqlite.org/pragma.html#pragma_synchronous).
            #expect(try pragma("synchronous", fixture.store) == "2")
            #expect(try pragma("journal_mode", fixture.store) == "wal")
            #expect(try pragma("foreign_keys", fixture.store) == "1")
            try await fixture.submit()
            #expect(try pragma("synchronous", fixture.store) == "2")
            try fixture.reopen()
        }
    }

    /// Also one that was made before that was so.
    @Test(arguments: [nil, 1] as [Int?])
    func pagesThatAreFreeCanBeGivenBack(frozen: Int?) async throws {
        let directory = try TemporaryDirectory()
        if let frozen { try FrozenDatabaseTests.copy(frozen, to: directory) }
        for _ in 0..<2 {
            let store = try open(directory.database)
            // 2 is INCREMENTAL (sqlite.org/pragma.html#pragma_auto_vacuum).
            #expect(try pragma("auto_vacuum", store) == "2")
            #expect(try pragma("journal_size_limit", store) == "8388608")
            #expect(try pragma("integrity_check", store) == "ok")
            #expect(try pragma("foreign_key_check", store) == nil)
            try store.close()
        }
    }

    @Test func aNewDatabaseHasTheWholeSchema() throws {
        let fixture = try StoreFixture()
        #expect(try pragma("user_version", fixture.store) == "\(Migration.all.count)")
        #expect(try pragma("integrity_check", fixture.store) == "ok")
    }

    @Test func anEmptyFileBecomesADatabase() async throws {
        let directory = try TemporaryDirectory()
        try Data().write(to: URL(filePath: directory.database))
        let store = try open(directory.database)
        #expect(try await store.newestEvent() == .beginning)
    }

    @Test(arguments: ["WAL", "DELETE"])
    func aNewerDatabaseIsRefusedAndLeftAsItIs(journalMode: String) throws {
        let directory = try TemporaryDirectory()
        let newer = try DatabaseQueue(path: directory.database)
        try newer.writeWithoutTransaction { database in
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = \(journalMode)")
            try database.execute(
                sql: "CREATE TABLE later (it INTEGER); INSERT INTO later VALUES (1)")
            try database.execute(sql: "PRAGMA user_version = \(Migration.all.count + 1)")
        }
        try newer.close()
        let before = try Data(contentsOf: URL(filePath: directory.database))

        let error = try #require(throws: JobError.self) { try open(directory.database) }
        #expect(error.code == .conflict)
        #expect(error.message.contains("newer"))
        #expect(try Data(contentsOf: URL(filePath: directory.database)) == before)
    }

    /// A newer daemon that was killed has left a log with what it wrote last.
    @Test func aNewerDatabaseIsRefusedWithItsLogLeftToIt() throws {
        let directory = try TemporaryDirectory()
        let copy = try TemporaryDirectory()
        let newer = try DatabasePool(path: directory.database)
        try newer.writeWithoutTransaction { database in
            try database.execute(
                sql: "CREATE TABLE later (it INTEGER); INSERT INTO later VALUES (1)")
            try database.execute(sql: "PRAGMA user_version = \(Migration.all.count + 1)")
        }
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: directory.database + ending, toPath: copy.database + ending)
        }
        #expect(throws: JobError.self) { try open(copy.database) }
        let again = try DatabaseQueue(path: copy.database)
        #expect(try again.read { try Int.fetchOne($0, sql: "SELECT it FROM later") } == 1)
    }

    @Test func whatIsNoDatabaseIsRefusedAndLeftAsItIs() throws {
        let directory = try TemporaryDirectory()
        let content = Data(String(repeating: "not a database\n", count: 1000).utf8)
        try content.write(to: URL(filePath: directory.database))
        #expect(throws: (any Error).self) { try open(directory.database) }
        #expect(try Data(contentsOf: URL(filePath: directory.database)) == content)
    }

    @Test func aMissingDirectoryIsAnError() {
        #expect(throws: (any Error).self) { try open("/nonexistent/jobd.db") }
    }
}
