import Foundation
import JobModel
import JobTestSupport
import Migrations
import Testing

@testable import JobStore

/// Databases as earlier versions wrote them, kept in `Fixtures`: each opens, is
/// brought up to date, and still says what it said.
///
/// To freeze the present schema before the next migration is added:
/// `JOBD_TEST_WRITE_FIXTURE=1 swift test --filter FrozenDatabaseTests`
/// writes `Fixtures/v000N.sqlite` unless there is one.
@Suite(.serialized) struct FrozenDatabaseTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Fixtures")

    private static func file(_ version: Int) -> URL {
        folder.appending(path: String(format: "v%04d.sqlite", version))
    }

    /// A copy of the frozen database of a version.
    static func copy(_ version: Int, to directory: TemporaryDirectory) throws {
        try FileManager.default.copyItem(
            at: file(version), to: URL(filePath: directory.database))
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["JOBD_TEST_WRITE_FIXTURE"] == "1"))
    func freezeThePresentSchema() async throws {
        let fixture = try StoreFixture()
        try await FrozenHistory.write(to: fixture)
        // The last connection to close leaves one file (sqlite.org/wal.html).
        try fixture.store.close()
        try FileManager.default.copyItem(
            at: URL(filePath: fixture.directory.database), to: Self.file(Migration.all.count))
    }

    /// No version is left out.
    @Test func everyVersionIsFrozen() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".sqlite") }
        #expect(
            files.sorted() == (1...Migration.all.count).map { Self.file($0).lastPathComponent })
    }

    /// What is about to be frozen says what the frozen one has to say.
    @Test func thePresentSchemaSaysWhatWasWritten() async throws {
        let fixture = try StoreFixture()
        try await FrozenHistory.write(to: fixture)
        fixture.now = Timestamp(microseconds: 9_000_000)
        try fixture.reopen()
        try await FrozenHistory.expect(in: fixture.store, version: Migration.all.count)
    }

    @Test(arguments: 1...Migration.all.count)
    func opensAndSaysWhatItSaid(version: Int) async throws {
        let directory = try TemporaryDirectory()
        try Self.copy(version, to: directory)
        let store = try Store(
            path: directory.database, now: { Timestamp(microseconds: 9_000_000) },
            committed: { _ in })
        try await FrozenHistory.expect(in: store, version: version)
    }
}
