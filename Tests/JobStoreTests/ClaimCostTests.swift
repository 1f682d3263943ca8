import GRDB
import JobModel
import Testing

@testable import JobStore

/// What a look for work costs does not depend on how many jobs there are: counted
/// in the steps that SQLite's virtual machine takes, which no other load changes.
@Suite struct ClaimCostTests {
    private static let queues = 100

    /// What was measured with so many jobs.
    private struct Costs {
        var idle = StatementTrace.Cost()
        var claim = StatementTrace.Cost()
        var wake = StatementTrace.Cost()
        var finish = StatementTrace.Cost()
        var settle = StatementTrace.Cost()
        var submit = StatementTrace.Cost()
    }

    /// Fills 100 queues, of which every tenth is paused, with jobs that are
    /// queued, that wait for a time, and that wait for one another.
    private func fill(_ fixture: StoreFixture, jobsPerQueue: Int) async throws {
        let store = fixture.store
        let later = fixture.now + 1_000_000
        for number in 0..<Self.queues {
            let name = "q\(number)"
            let change = QueueChange(
                slots: 1, isPaused: number % 10 == 0,
                resources: ["gpu": .names(["0", "1"]), "mem": .count(8)])
            _ = try await store.setQueue(name, change)
            let submissions = (0..<jobsPerQueue).map { index in
                var submission = Submission(JobSpec(command: .shell("true"), queue: name))
                submission.spec.priority = index % 5
                switch index % 5 {
                case 0: submission.spec.resources = ["gpu": 1]
                case 1: submission.spec.resources = ["mem": 2]
                case 2: submission.spec.notBefore = later + Int64(number * 1000 + index)
                case 3 where index > 4: submission.siblings = [index - 5]
                default: break
                }
                return submission
            }
            _ = try await store.submit(submissions, asBatch: true, key: nil)
        }
    }

    private func costs(jobsPerQueue: Int) async throws -> Costs {
        let fixture = try StoreFixture()
        try await fill(fixture, jobsPerQueue: jobsPerQueue)
        let store = fixture.store
        // Until all has come to rest.
        while try await store.claim(bootID: "b", limit: 1000).mayHaveMore {}
        let active = try await store.activeAttempts()
        #expect(active.count == Self.queues * 9 / 10)
        let follower = try await fixture.submit { $0.after = [active[20].attempt.job] }

        let trace = StatementTrace()
        try await store.pool.writeWithoutTransaction { trace.install($0) }
        func measure(_ body: () async throws -> Void) async throws -> StatementTrace.Cost {
            _ = trace.takeCost()
            try await body()
            return trace.takeCost()
        }
        func claim(_ count: Int) async throws {
            let round = try await store.claim(bootID: "b", limit: 10)
            #expect(round.claims.count == count)
        }
        var costs = Costs()
        costs.idle = try await measure { try await claim(0) }
        costs.finish = try await measure { try await fixture.end(active[10].attempt) }
        costs.claim = try await measure { try await claim(1) }
        // The job of a paused queue: it is woken, and does not start.
        fixture.now = fixture.now + 1_000_002
        costs.wake = try await measure { try await claim(0) }
        costs.settle = try await measure { try await fixture.end(active[20].attempt) }
        #expect(try await fixture.job(follower.id).state == .queued)
        costs.submit = try await measure { try await fixture.submit { $0.queue = "q50" } }
        return costs
    }

    @Test func doesNotGrowWithTheNumberOfJobs() async throws {
        let few = try await costs(jobsPerQueue: 10)
        let many = try await costs(jobsPerQueue: 200)
        for path in [\Costs.idle, \.claim, \.wake, \.finish, \.settle, \.submit] {
            let (one, other) = (few[keyPath: path], many[keyPath: path])
            #expect(other.steps <= one.steps + 10 && one.steps > 0, "\(one), \(other)")
            #expect(other.scanned <= 2 && other.sorts == 0, "\(one), \(other)")
        }
        // Where nothing has changed, no queue is looked at.
        #expect(many.idle.steps < 100, "\(many.idle)")
    }
}
