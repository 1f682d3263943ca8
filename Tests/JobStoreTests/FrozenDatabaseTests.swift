import Foundation
import JobModel
import Migrations
import JobTestSupport
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

    @Test(.enabled(if: ProcessInfo.processInfo.environment["JOBD_TEST_WRITE_FIXTURE"] == "1"))
    func freezeThePresentSchema() async throws {
        let fixture = try StoreFixture()
        try await fixture.store.setSlots(3, ofQueue: JobSpec.defaultQueue)
        for spec in Self.specs { _ = try await fixture.store.submit(spec) }
        _ = try await fixture.store.claim(bootID: "frozen-boot", limit: 3)
        let first = AttemptID(job: JobID(rawValue: 1), number: 1)
        try await fixture.store.record(
            [reading(0.25, at: 2_000_000), reading(0.5, at: 3_000_000)], of: first, consumed: 512)
        let second = AttemptID(job: JobID(rawValue: 2), number: 1)
        let outcome = Outcome(
            state: .failed, exitCode: 3, failure: .exit, error: "It exited with 3.",
            usage: Usage(cpuMicroseconds: 5, maxRSSBytes: 6, outputBytes: 7),
            time: Timestamp(microseconds: 4_000_000))
        try await fixture.store.finish(second, with: outcome, readings: [], consumed: 64)
        _ = try await fixture.store.requestCancel(
            JobID(rawValue: 3), signal: 2, grace: 1_500_000)
        _ = try await fixture.store.requestCancel(JobID(rawValue: 4), signal: nil, grace: nil)
        try await fixture.store.delete(JobID(rawValue: 4))
        // The last connection to close leaves one file (sqlite.org/wal.html).
        try fixture.store.close()
        try FileManager.default.copyItem(
            at: URL(filePath: fixture.directory.database), to: Self.file(Migration.all.count))
    }

    private static let specs: [JobSpec] = [
        JobSpec(
            command: .arguments(["rsync", "-a", "é\"\\"]), name: "nightly copy",
            labels: ["app": "shop"], cwd: "/srv", environment: ["LANG": "C.UTF-8"],
            stdin: "in\n", tty: true, timeout: 60_000_000, killGrace: 0, outputLimitBytes: 9),
        JobSpec(command: .shell("exit 3")),
        JobSpec(command: .shell("sleep 60")),
        JobSpec(command: .shell("true")),
        JobSpec(command: .shell("echo queued"), name: "last"),
    ]

    /// No version is left out.
    @Test func everyVersionIsFrozen() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".sqlite") }
        #expect(
            files.sorted() == (1...Migration.all.count).map { Self.file($0).lastPathComponent })
    }

    @Test(arguments: 1...Migration.all.count)
    func opensAndSaysWhatItSaid(version: Int) async throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.copyItem(
            at: Self.file(version), to: URL(filePath: directory.database))
        let store = try Store(
            path: directory.database, now: { Timestamp(microseconds: 9_000_000) },
            committed: { _ in })
        let jobs = try await store.jobs(matching: JobFilter(), before: nil, limit: 100)
        #expect(jobs.map(\.id.rawValue) == [5, 3, 2, 1])
        #expect(jobs.map(\.state) == [.queued, .running, .failed, .running])
        #expect(jobs.map(\.spec) == [4, 2, 1, 0].map { Self.specs[$0] })
        #expect(jobs[2].usage == Usage(cpuMicroseconds: 5, maxRSSBytes: 6, outputBytes: 7))
        #expect(jobs[2].error == "It exited with 3." && jobs[2].exitCode == 3)
        #expect(jobs[3].progress == reading(0.5, at: 3_000_000))

        let events = try await store.events(of: JobID(rawValue: 1), after: .beginning, limit: 9)
        #expect(events.map(\.attempt) == [0, 1, 1, 1])
        let active = try await store.activeAttempts()
        #expect(active.map(\.attempt.job.rawValue) == [1, 3])
        #expect(active.map(\.bootID) == ["frozen-boot", "frozen-boot"])
        #expect(active[0].consumed == 512)
        #expect(active[1].cancel == CancelOrder(signal: 2, grace: 1_500_000))

        // The ids go on behind those that were deleted.
        let newest = try await store.newestEvent()
        let added = try await store.submit(JobSpec(command: .shell("true")))
        #expect(added.id.rawValue == 6)
        #expect(added.cursor > newest)
    }
}
