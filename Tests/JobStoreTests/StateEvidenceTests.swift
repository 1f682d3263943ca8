import Foundation
import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// A database that is not what the state directory has seen last.
@Suite struct StateEvidenceTests {
    private let directory: TemporaryDirectory
    private let evidence: StateEvidence

    init() throws {
        directory = try TemporaryDirectory()
        var evidence = StateEvidence()
        evidence.note = directory.path + "/generation"
        self.evidence = evidence
    }

    private func open(_ change: (inout StateEvidence) -> Void = { _ in }) throws -> Store {
        var evidence = self.evidence
        change(&evidence)
        return try Store(
            path: directory.database, evidence: evidence,
            now: { Timestamp(microseconds: 1_000_000) }, committed: { _ in })
    }

    /// What is said when it is refused.
    private func refusal(_ change: (inout StateEvidence) -> Void = { _ in }) throws -> String {
        try #require(throws: JobError.self) { try open(change) }.message
    }

    private func submit(_ count: Int, to store: Store) async throws {
        for _ in 0..<count { _ = try await store.submit(JobSpec(command: .arguments(["true"]))) }
    }

    /// Copies the database as it is at rest.
    private func copy(to name: String) throws {
        try FileManager.default.copyItem(
            atPath: directory.database, toPath: "\(directory.path)/\(name)")
    }

    private func put(_ name: String) throws {
        for end in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: directory.database + end)
        }
        try FileManager.default.copyItem(
            atPath: "\(directory.path)/\(name)", toPath: directory.database)
    }

    @Test func theSameIsOpenedAgainAndAgain() async throws {
        for round in 0..<3 {
            let store = try open { $0.newestFiles = round > 0 ? JobID(rawValue: 2) : nil }
            #expect(!store.isRestored)
            #expect(store.mended.isEmpty)
            try await submit(2, to: store)
            try store.close()
        }
        let noted = try #require(GenerationNote.read(path: directory.path + "/generation"))
        #expect(noted.newest == NewestIDs(job: 6, event: 6))
    }

    /// A note that is behind, as a power cut may leave it, or that nobody can read, or
    /// none, as before there were any.
    @Test(arguments: ["old", "", "garbage", nil] as [String?])
    func aNoteThatIsBehindIsNoReason(text: String?) async throws {
        let store = try open()
        let old = try String(contentsOfFile: directory.path + "/generation", encoding: .utf8)
        try await submit(3, to: store)
        try store.close()
        if let text {
            try (text == "old" ? old : text).write(
                toFile: directory.path + "/generation", atomically: true, encoding: .utf8)
        } else {
            try FileManager.default.removeItem(atPath: directory.path + "/generation")
        }
        let again = try open { $0.newestFiles = JobID(rawValue: 3) }
        #expect(try await again.jobCounts() == [.queued: 3])
        try again.close()
    }

    enum Loss: CaseIterable {
        case removed, emptied, older, another, logLost
    }

    @Test(arguments: Loss.allCases)
    func anythingElseIsRefusedUntilItIsAccepted(loss: Loss) async throws {
        let first = try open()
        try await submit(2, to: first)
        try first.close()
        try copy(to: "older")
        let store = try open()
        let identity = try #require(GenerationNote.read(path: directory.path + "/generation"))
            .identity
        try await submit(3, to: store)
        // What is in the log only is lost with it.
        if loss == .logLost { try copy(to: "without-log") }
        try store.close()
        switch loss {
        case .removed: try FileManager.default.removeItem(atPath: directory.database)
        case .emptied: #expect(truncate(directory.database, 0) == 0)
        case .older: try put("older")
        case .logLost: try put("without-log")
        case .another:
            try FileManager.default.removeItem(atPath: directory.database)
            let other = try Store(
                path: directory.database, now: { Timestamp(microseconds: 1) }, committed: { _ in })
            try await submit(9, to: other)
            try other.close()
        }
        let before = try? Data(contentsOf: URL(filePath: directory.database))
        #expect(try refusal().contains("--accept-restored"))
        // Nothing has been made or changed.
        #expect((try? Data(contentsOf: URL(filePath: directory.database))) == before)
        let accepted = try open { $0.acceptsRestored = true }
        #expect(accepted.isRestored)
        let next = try await accepted.submit(JobSpec(command: .arguments(["true"])))
        #expect(next.id.rawValue == (loss == .another ? 10 : 6))
        #expect(next.cursor.rawValue == (loss == .another ? 10 : 6))
        try accepted.close()
        let noted = try #require(GenerationNote.read(path: directory.path + "/generation"))
        #expect(noted.identity != identity)
        // Once is enough.
        let again = try open()
        #expect(!again.isRestored)
        try again.close()
    }

    /// The note was lost too; but there are files.
    @Test func filesOfLaterJobsTell() async throws {
        let store = try open()
        try await submit(2, to: store)
        try store.close()
        try FileManager.default.removeItem(atPath: directory.path + "/generation")
        #expect(try refusal { $0.newestFiles = JobID(rawValue: 3) }.contains("job 3"))
        let accepted = try open {
            $0.newestFiles = JobID(rawValue: 7)
            $0.acceptsRestored = true
        }
        #expect(try await accepted.submit(JobSpec(command: .arguments(["true"]))).id.rawValue == 8)
        try accepted.close()
    }

    // MARK: What belongs to it

    private func change(_ sql: String) throws {
        let queue = try DatabaseQueue(path: directory.database)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [
        "DROP INDEX jobs_queued", "DROP INDEX jobs_finished", "DROP TRIGGER jobs_changed",
        "DROP TRIGGER jobs_secrets_end",
    ])
    func missingIndexesAndTriggersAreMadeAnew(sql: String) async throws {
        try open().close()
        try change(sql)
        let store = try open()
        let name = sql.split(separator: " ")[1...].joined(separator: " ").lowercased()
        #expect(store.mended == [name])
        try await submit(1, to: store)
        #expect(try await store.claim(bootID: "boot", limit: 1).claims.count == 1)
        try store.close()
        let again = try open()
        #expect(again.mended.isEmpty)
        try again.close()
    }

    @Test(arguments: ["DROP TABLE signals", "ALTER TABLE events RENAME COLUMN actor TO author"])
    func missingTablesAndColumnsAreRefused(sql: String) throws {
        try open().close()
        try change(sql)
        #expect(try refusal().contains("backup"))
    }

    /// An index that lacks a row, which no query notices.
    @Test func damageIsFoundByLooking() async throws {
        let store = try open()
        try await submit(3, to: store)
        #expect(store.checkIntegrity() == nil)
        #expect(await store.writeFailure()?.code == nil)
        try store.close()
        // The index as if one job had never been in it.
        try change(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, 'WHERE finished_at IS NOT NULL',
                'WHERE finished_at IS NULL') WHERE name = 'jobs_finished';
            """)
        let damaged = try open()
        #expect(damaged.checkIntegrity() != nil)
        #expect(await damaged.writeFailure()?.message.contains("damaged") == true)
        try damaged.close()
    }
}
