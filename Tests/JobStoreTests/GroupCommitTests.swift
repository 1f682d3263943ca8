import GRDB
import JobModel
import Synchronization
import JobTestSupport
import Testing

@testable import JobStore

/// Many writers, one transaction.
@Suite struct GroupCommitTests {
    @Test func aWriteThatIsRefusedFailsAlone() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let results = await withTaskGroup(of: (Int, Result<Job, any Error>).self) { group in
            for number in 0..<500 {
                group.addTask {
                    var spec = JobSpec(command: .shell("true"), name: "n\(number)")
                    if number % 7 == 0 { spec.queue = "nowhere" }
                    do {
                        return (number, .success(try await store.submit(spec)))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var stored: [JobID: Job] = [:]
        for (number, result) in results {
            switch result {
            case .success(let job):
                #expect(number % 7 != 0)
                #expect(job.spec.name == "n\(number)")
                stored[job.id] = job
            case .failure(let error):
                #expect(number % 7 == 0)
                #expect((error as? JobError)?.code == .invalidSpec)
            }
        }
        let jobs = try await store.jobs(matching: JobFilter(), before: nil, limit: 1000)
        #expect(jobs.count == 428 && stored.count == 428)
        for job in jobs { #expect(stored[job.id] == job) }
        let events = try await fixture.events()
        #expect(events.count == 428)
        #expect(Set(events.map(\.id)) == Set(jobs.map(\.cursor)))
    }

    /// What a write did before it threw is undone, and what others of its batch
    /// did stays, however they are mixed.
    @Test func halfAWriteIsNone() async throws {
        let fixture = try StoreFixture()
        let writer = fixture.store.writer
        let failed = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await writer.write(effects: []) { database in
                            try database.execute(
                                sql: "INSERT INTO queues (name, slots) VALUES (?, 1)",
                                arguments: ["q\(number)"])
                            if number % 3 == 0 { throw CancellationError() }
                        }
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(failed == 67)
        let names = try await fixture.store.pool.read {
            try String.fetchSet($0, sql: "SELECT name FROM queues WHERE name LIKE 'q%'")
        }
        #expect(names == Set((0..<200).filter { $0 % 3 != 0 }.map { "q\($0)" }))
        #expect(await fixture.store.writeFailure()?.code == nil)
    }

    /// What waits while the writer is busy is then committed at once.
    @Test func whatWaitsGoesIntoOneTransaction() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let held = HeldWrite()
        let executor = SerialTaskExecutor()
        async let holding: Void = store.writer.write(effects: []) { _ in held.hold() }
        await held.untilHolding()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask(executorPreference: executor) {
                    _ = try await store.submit(JobSpec(command: .shell("true")))
                }
            }
            // Each has come as far as it can: it waits in line.
            await executor.drain()
            held.release()
            try await group.waitForAll()
        }
        try await holding
        #expect(fixture.takeEffects() == [[.events, .scheduling]])
        #expect(try await store.jobCounts() == [.queued: 50])
    }

    @Test func whatIsAnnouncedIsAlreadyThere() async throws {
        let directory = try TemporaryDirectory()
        let counts = Mutex<[Int?]>([])
        let other = Mutex<DatabaseQueue?>(nil)
        let store = try Store(
            path: directory.database, now: { Timestamp(microseconds: 1) },
            committed: { _ in
                // A read that fails leaves nil, which is no count.
                let count = try? other.withLock { $0 }?.read {
                    try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs")
                }
                counts.withLock { $0.append(count) }
            })
        let connection = try DatabaseQueue(path: directory.database)
        other.withLock { $0 = connection }
        for _ in 0..<20 { _ = try await store.submit(JobSpec(command: .shell("true"))) }
        #expect(counts.withLock { $0 } == Array(1...20))
    }
}
