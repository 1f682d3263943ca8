import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// A full disk: everybody is told, nothing is half stored, and all goes on by
/// itself once there is room.
@Suite struct DiskFullTests {
    /// How the disk gets full, and how room is made again.
    enum Cause: CaseIterable {
        /// The write to the log is refused, as the transaction is committed.
        case log
        /// The database may not grow, which is noticed within a statement.
        case pages

        func fill(_ fixture: StoreFixture) throws {
            switch self {
            case .log: try FullDisk.fill(fixture.directory.path)
            case .pages: try limitPages(fixture, 1)
            }
        }

        func makeRoom(_ fixture: StoreFixture) throws {
            switch self {
            case .log: FullDisk.makeRoom(fixture.directory.path)
            case .pages: try limitPages(fixture, 1_000_000)
            }
        }

        /// Not lower than the pages there are (sqlite.org/pragma.html).
        private func limitPages(_ fixture: StoreFixture, _ pages: Int) throws {
            _ = try fixture.store.pool.writeWithoutTransaction {
                try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)")
            }
        }
    }

    /// Large enough that it needs pages of its own.
    private static let large = JobSpec(
        command: .shell("true"), stdin: String(repeating: "x", count: 100_000))

    /// What each of so many submissions was told; nil when it was accepted.
    private func submit(_ count: Int, to store: Store, _ held: HeldWrite?) async -> [JobError.Code?]
    {
        let executor = SerialTaskExecutor()
        return await withTaskGroup(of: JobError.Code?.self) { group in
            for _ in 0..<count {
                group.addTask(executorPreference: executor) {
                    do {
                        _ = try await store.submit(Self.large)
                        return nil
                    } catch {
                        return (error as? JobError)?.code ?? .internalError
                    }
                }
            }
            await executor.drain()
            held?.release()
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test(arguments: Cause.allCases)
    func everybodyInTheBatchIsTold(cause: Cause) async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let kept = try await store.submit(Self.large)
        #expect(await store.writeFailure()?.code == nil)
        _ = fixture.takeEffects()
        try cause.fill(fixture)
        let held = HeldWrite()
        async let holding: Void? = try? store.writer.write(effects: []) { _ in held.hold() }
        await held.untilHolding()
        let codes = await submit(20, to: store, held)
        // It wrote nothing, so it is no matter whether it failed.
        _ = await holding

        #expect(codes == Array(repeating: .storageFull, count: 20))
        #expect(fixture.takeEffects().isEmpty)
        #expect(try await store.jobs(matching: JobFilter(), before: nil, limit: 99) == [kept])
        #expect(try await fixture.events().map(\.id) == [kept.cursor])
        #expect(try await store.newestEvent() == kept.cursor)

        try cause.makeRoom(fixture)
        #expect(await submit(3, to: store, nil) == [nil, nil, nil])
        #expect(await store.writeFailure()?.code == nil)
        #expect(try await store.jobCounts() == [.queued: 4])
        try fixture.reopen()
        #expect(try await fixture.store.jobCounts() == [.queued: 4])
        let integrity = try await fixture.store.pool.read {
            try String.fetchOne($0, sql: "PRAGMA integrity_check")
        }
        #expect(integrity == "ok")
    }

    /// Readiness asks again and again; nobody submits.
    @Test func healsWithoutASubmission() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try FullDisk.fill(fixture.directory.path)
        #expect(await submit(1, to: store, nil) == [.storageFull])
        for _ in 0..<3 { #expect(await store.writeFailure()?.code == .storageFull) }
        #expect(fixture.takeEffects().isEmpty)
        FullDisk.makeRoom(fixture.directory.path)
        #expect(await store.writeFailure()?.code == nil)
        // Who waits for a slot or writes what was refused is woken.
        #expect(fixture.takeEffects() == [.scheduling])
        #expect(await submit(1, to: store, nil) == [nil])
    }

    /// What runs goes on to be read while nothing can be written.
    @Test func readingGoesOn() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let events = try await fixture.events()
        try FullDisk.fill(fixture.directory.path)
        let outcome = Outcome(state: .succeeded, exitCode: 0, time: fixture.now)
        let error = try await #require(throws: JobError.self) {
            try await fixture.store.finish(
                attempt, with: outcome, readings: [reading(1, at: 1)], consumed: 9)
        }
        #expect(error.code == .storageFull)
        #expect(try await fixture.events() == events)
        #expect(try await fixture.store.job(attempt.job)?.state == .running)
        #expect(try await fixture.store.activeAttempts().first?.consumed == 0)
        // The same write again, once there is room, is the first.
        FullDisk.makeRoom(fixture.directory.path)
        try await fixture.store.finish(
            attempt, with: outcome, readings: [reading(1, at: 1)], consumed: 9)
        #expect(try await fixture.events().count == events.count + 2)
    }
}
