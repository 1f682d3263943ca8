import Foundation
import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// What is pruned, and giving the space back.
@Suite struct StoreRetentionTests {
    /// Ten jobs that end a second after one another, each with 100 bytes of
    /// output, and one that runs. The last but one began first.
    private func fill(_ fixture: StoreFixture) async throws -> [JobID] {
        let first = try await fixture.run()
        var ids: [JobID] = []
        for number in 0..<10 {
            let attempt =
                number == 8 ? first : try await fixture.run { $0.labels = ["n": "\(number % 2)"] }
            fixture.now = fixture.now + 1_000_000
            let state: JobState = number % 3 == 0 ? .failed : .succeeded
            let outcome = Outcome(
                state: state, exitCode: state == .failed ? 1 : 0,
                failure: state == .failed ? .exit : nil, time: fixture.now)
            try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 100)
            ids.append(attempt.job)
        }
        _ = try await fixture.run()
        return ids
    }

    private func prunable(
        _ retention: Retention, _ fixture: StoreFixture, limit: Int = 99
    ) async throws -> [JobID] {
        try await fixture.store.prunable(retention, limit: limit)
    }

    @Test func whatFinishedLongAgoIsPrunedTheOldestFirst() async throws {
        let fixture = try StoreFixture()
        let ids = try await fill(fixture)
        #expect(try await fixture.store.oldestEnd() == fixture.now + -9_000_000)
        #expect(try await prunable(Retention(), fixture).isEmpty)
        #expect(try await prunable(Retention(age: 10_000_000), fixture).isEmpty)
        #expect(try await prunable(Retention(age: 9_000_000), fixture).isEmpty)
        #expect(try await prunable(Retention(age: 8_999_999), fixture) == [ids[0]])
        #expect(try await prunable(Retention(age: 0), fixture) == Array(ids[..<9]))
        #expect(try await prunable(Retention(age: 0), fixture, limit: 3) == Array(ids[..<3]))
    }

    @Test func ofTooManyTheOldestArePruned() async throws {
        let fixture = try StoreFixture()
        let ids = try await fill(fixture)
        #expect(try await prunable(Retention(jobs: 10), fixture).isEmpty)
        #expect(try await prunable(Retention(jobs: 8), fixture) == Array(ids[..<2]))
        #expect(try await prunable(Retention(jobs: 0), fixture) == ids)
        #expect(try await prunable(Retention(jobs: 0), fixture, limit: 4) == Array(ids[..<4]))
    }

    /// As many as it takes until the rest fits.
    @Test func ofTooMuchOutputTheOldestIsPruned() async throws {
        let fixture = try StoreFixture()
        let ids = try await fill(fixture)
        #expect(try await fixture.store.storedBytes(of: ids[0]) == 100)
        #expect(try await prunable(Retention(bytes: 1000), fixture).isEmpty)
        #expect(try await prunable(Retention(bytes: 999), fixture) == [ids[0]])
        #expect(try await prunable(Retention(bytes: 850), fixture) == Array(ids[..<2]))
        #expect(try await prunable(Retention(bytes: 0), fixture) == ids)
        // A job that has run again counts with all its attempts.
        _ = try await fixture.store.retry(ids[9])
        try await fixture.claim()
        let outcome = Outcome(state: .succeeded, exitCode: 0, time: fixture.now)
        try await fixture.store.finish(
            AttemptID(job: ids[9], number: 2), with: outcome, readings: [], consumed: 900)
        #expect(try await fixture.store.storedBytes(of: ids[9]) == 1000)
        #expect(try await prunable(Retention(bytes: 1000), fixture) == Array(ids[..<9]))
    }

    @Test func whateverIsTooMuchCounts() async throws {
        let fixture = try StoreFixture()
        let ids = try await fill(fixture)
        let both = Retention(age: 6_500_000, jobs: 9, bytes: 950)
        #expect(try await prunable(both, fixture) == Array(ids[..<3]))
        let few = Retention(age: 60_000_000, jobs: 4, bytes: 950)
        #expect(try await prunable(few, fixture) == Array(ids[..<6]))
    }

    @Test func byHandOnlyWhatAllConditionsAdmitIsPruned() async throws {
        let fixture = try StoreFixture()
        let ids = try await fill(fixture)
        func matching(
            _ age: Int64? = nil, _ keep: Int? = nil, limit: Int = 99,
            _ change: (inout JobFilter) -> Void = { _ in }
        ) async throws -> [JobID] {
            var filter = JobFilter()
            change(&filter)
            return try await fixture.store.prunable(
                matching: filter, olderThan: age, keep: keep, limit: limit)
        }
        #expect(try await matching() == ids)
        #expect(try await matching(limit: 2) == Array(ids[..<2]))
        #expect(try await matching(6_500_000) == Array(ids[..<3]))
        #expect(try await matching(nil, 4) == Array(ids[..<6]))
        #expect(try await matching(nil, 0) == ids)
        #expect(try await matching(nil, 99) == [])
        #expect(try await matching(6_500_000, 8) == Array(ids[..<2]))
        #expect(try await matching { $0.states = [.failed] } == [0, 3, 6, 9].map { ids[$0] })
        // The newest stay, whether or not they match.
        #expect(
            try await matching(nil, 4) { $0.states = [.failed] } == [ids[0], ids[3]])
        #expect(try await matching { $0.states = [.running, .queued] } == [])
        #expect(try await matching { $0.labels = ["n": "1"] } == [1, 3, 5, 7, 9].map { ids[$0] })
        #expect(try await matching { $0.queue = "other" } == [])
    }

    // MARK: Space

    private func pages(_ store: Store) throws -> (all: Int, free: Int) {
        try store.pool.writeWithoutTransaction { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0,
                try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            )
        }
    }

    /// The file's size once the log has been written back into it.
    private func size(_ store: Store, _ directory: TemporaryDirectory) throws -> Int {
        try store.pool.writeWithoutTransaction { database in
            _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.database)
        return try #require(attributes[.size] as? Int)
    }

    /// Also of a file that an earlier version made, which could not do that.
    @Test(arguments: [nil, 1] as [Int?])
    func deletingMakesTheFileSmaller(frozen: Int?) async throws {
        let directory = try TemporaryDirectory()
        if let frozen { try FrozenDatabaseTests.copy(frozen, to: directory) }
        let store = try Store(
            path: directory.database, now: { Timestamp(microseconds: 1) }, committed: { _ in })
        let before = try size(store, directory)
        let text = String(repeating: "x", count: 20_000)
        var ids: [JobID] = []
        for _ in 0..<100 {
            let job = try await store.submit(JobSpec(command: .shell("true"), stdin: text))
            _ = try await store.requestCancel(job.id, signal: nil, grace: nil)
            ids.append(job.id)
        }
        let full = try size(store, directory)
        #expect(full > before + 2_000_000)
        for id in ids { try await store.delete(id) }
        #expect(try size(store, directory) == full, "the pages are only marked as free")
        try await store.reclaimSpace()
        #expect(try pages(store).free == 0)
        #expect(try size(store, directory) < before + 50_000)
        let integrity = try await store.pool.read {
            try String.fetchOne($0, sql: "PRAGMA integrity_check")
        }
        #expect(integrity == "ok")
        // Nothing is free: nothing happens.
        try await store.reclaimSpace()
    }
}
