import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// Searches go in steps, and answer in parts when they take long.
@Suite struct SearchTests {
    /// A store whose searches take one step an answer.
    private static func open(_ directory: TemporaryDirectory) throws -> Store {
        try Store(
            path: directory.database, configuration: Configuration(),
            now: { Timestamp(microseconds: 1_000_000) },
            search: Search(width: 1, jobs: 10, events: 10, patience: .zero), committed: { _ in })
    }

    private func fill(_ store: Store) async throws {
        for number in 0..<35 {
            var spec = JobSpec(command: .arguments(["true"]))
            if number % 12 == 0 { spec.labels = ["rare": "yes"] }
            _ = try await store.submit(spec)
        }
    }

    @Test func aPageOfJobsSaysWhereItStopped() async throws {
        let directory = try TemporaryDirectory()
        let store = try Self.open(directory)
        try await fill(store)
        var filter = JobFilter()
        filter.labels = ["rare": "yes"]
        var pages: [[Int64]] = []
        var before: JobID?
        repeat {
            let page = try await store.jobPage(matching: filter, before: before, limit: 9)
            pages.append(page.jobs.map(\.id.rawValue))
            before = page.next
        } while before != nil
        // Ten at a time from 35 on, in which 1, 13 and 25 are found.
        #expect(pages == [[], [25], [13], [1]] || pages == [[], [25], [13], [1], []], "\(pages)")
        filter.labels = [:]
        filter.text = "TRUE"
        let page = try await store.jobPage(matching: filter, before: nil, limit: 3)
        #expect(page.jobs.map(\.id.rawValue) == [35, 34, 33])
        #expect(page.next?.rawValue == 33)
        // What indexes tell takes no steps.
        filter.text = nil
        filter.states = [.queued]
        let all = try await store.jobPage(matching: filter, before: nil, limit: 50)
        #expect(all.jobs.count == 35)
        #expect(all.next == nil)
        try store.close()
    }

    @Test func aPageOfEventsSaysHowFarItCame() async throws {
        let directory = try TemporaryDirectory()
        let store = try Self.open(directory)
        try await fill(store)
        var filter = EventFilter()
        filter.labels = ["rare": "yes"]
        var found: [Int64] = []
        var cursors: [Int64] = []
        var cursor = EventID.beginning
        while true {
            let page = try await store.eventPage(matching: filter, after: cursor, limit: 2)
            found += page.events.map(\.job.rawValue)
            guard let next = page.lookedUpTo else { break }
            #expect(next > cursor)
            cursor = next
            cursors.append(next.rawValue)
        }
        #expect(found == [1, 13, 25])
        #expect(cursors == [10, 20, 30])
        try store.close()
    }

    /// Those that come while a step is done get their turns, one after the other.
    @Test func turnsAreTakenInOrder() async throws {
        let search = Search(width: 1)
        let (order, told) = AsyncStream.makeStream(of: Int.self)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let executor = SerialTaskExecutor()
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: executor) {
                await search.step {
                    told.yield(0)
                    for await _ in gate { break }
                }
            }
            for number in 1...5 {
                group.addTask(executorPreference: executor) {
                    _ = await search.step { told.yield(number) }
                }
            }
            // All have asked by then.
            await executor.drain()
            open.yield()
        }
        told.finish()
        var seen: [Int] = []
        for await number in order { seen.append(number) }
        #expect(seen == Array(0...5))
    }
}
