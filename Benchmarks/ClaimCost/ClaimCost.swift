// What it costs to choose the next job, with few and with very many that wait.

import Foundation
import JobModel
import JobStore

/// Prints microseconds as JSON: for a store with one queue of 3,000 jobs, and
/// for one with 100,000 in 100 queues, a fifth of them paused, with long chains and
/// jobs that wait for a time. `empty` is a transaction that does nothing,
/// measured in the same store: the least that any answer costs.
@main
struct ClaimCost {
    private let store: Store
    private let queues: [String]
    private var running: [AttemptID] = []

    static func main() async throws {
        let directory = URL(fileURLWithPath: CommandLine.arguments.dropFirst().first ?? "/dev/shm")
            .appending(path: "jobd-claim-cost-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // What is left behind is in a directory for what may be lost.
        defer { try? FileManager.default.removeItem(at: directory) }
        let few = try await measure(
            directory.appending(path: "few.db").path, queues: 1, jobsPerQueue: 3000)
        let many = try await measure(
            directory.appending(path: "many.db").path, queues: 100, jobsPerQueue: 1000)
        print("{\"few\": \(few), \"many\": \(many)}")
    }

    private static func measure(
        _ path: String, queues: Int, jobsPerQueue: Int
    ) async throws -> String {
        let store = try Store(path: path, now: now, committed: { _ in })
        var run = ClaimCost(store: store, queues: (0..<queues).map { "q\($0)" })
        try await run.fill(jobsPerQueue)
        let result = try await run.measure()
        try store.close()
        return result
    }

    private init(store: Store, queues: [String]) {
        self.store = store
        self.queues = queues
    }

    private mutating func fill(_ jobsPerQueue: Int) async throws {
        for (index, queue) in queues.enumerated() {
            let isPaused = queues.count > 1 && index % 5 == 4
            _ = try await store.setQueue(queue, QueueChange(slots: 4, isPaused: isPaused))
            var batch: [Submission] = []
            for number in 0..<jobsPerQueue {
                var spec = JobSpec(command: .arguments(["true"]), queue: queue)
                spec.priority = number % 7
                var submission = Submission(spec)
                switch number % 10 {
                // A chain through the whole queue, and some that wait for a time.
                case 3: if number > 10 { submission.siblings = [number - 10] }
                case 4: submission.spec.notBefore = Self.now() + 86_400_000_000
                default: break
                }
                batch.append(submission)
            }
            _ = try await store.submit(batch, asBatch: true, key: nil)
        }
        try await claim()
    }

    private mutating func claim() async throws {
        var mayHaveMore = true
        while mayHaveMore {
            let round = try await store.claim(bootID: "boot", limit: 16)
            running += round.claims.map(\.attempt)
            mayHaveMore = round.mayHaveMore
        }
    }

    /// Ends jobs one by one, and gives each one's slot to the next.
    private mutating func measure() async throws -> String {
        var empty: [Double] = []
        var idle: [Double] = []
        var claims: [Double] = []
        for round in 0..<1000 {
            let attempt = running.remove(at: round * 7 % running.count)
            try await store.finish(
                attempt, with: Outcome(state: .succeeded, exitCode: 0, time: Self.now()),
                readings: [], consumed: 0)
            var started: [AttemptID] = []
            claims.append(
                try await Self.time {
                    started = try await store.claim(bootID: "b", limit: 1).claims.map(\.attempt)
                })
            running += started
            try await claim()
            idle.append(try await Self.time { _ = try await store.claim(bootID: "b", limit: 16) })
            empty.append(try await Self.time { try await store.removeSignals([]) })
            if running.isEmpty { break }
        }
        return """
            {"empty_us": \(Self.median(empty)), "idle_us": \(Self.median(idle)), \
            "claim_us": \(Self.median(claims)), "rounds": \(claims.count)}
            """
    }

    private static func time(_ body: () async throws -> Void) async throws -> Double {
        let duration = try await ContinuousClock().measure { try await body() }
        return Double(duration.components.attoseconds) / 1e12
            + Double(duration.components.seconds) * 1e6
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : (values.sorted()[values.count / 2] * 10).rounded() / 10
    }

    private static let now: @Sendable () -> Timestamp = {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
