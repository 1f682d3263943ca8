import Foundation
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// Values that are kept until a job's end, and not longer.
@Suite struct StoreSecretsTests {
    private static let value = "a-value-to-be-found"

    private func secret(_ spec: inout JobSpec) {
        spec.secretEnvironment = ["A": .value(Self.value), "B": .value("\(Self.value)-2")]
    }

    /// Whether the value is in one of the database's files.
    private func isFound(_ fixture: StoreFixture) throws -> Bool {
        try ["", "-wal", "-shm"].contains { ending in
            let path = fixture.directory.database + ending
            guard FileManager.default.fileExists(atPath: path) else { return false }
            return try Data(contentsOf: URL(filePath: path)).range(of: Data(Self.value.utf8)) != nil
        }
    }

    private func expectGone(_ id: JobID, _ fixture: StoreFixture) async throws {
        #expect(try await fixture.job(id).spec.secretEnvironment == ["A": .gone, "B": .gone])
        try waitUntil("it is in no file") { try !isFound(fixture) }
    }

    @Test func theyAreKeptWhileTheyAreNeeded() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run {
            secret(&$0)
            $0.retry = RetryPolicy(maxAttempts: 2, backoff: 0)
        }
        #expect(try isFound(fixture))
        try await fixture.end(attempt, .exit)
        try fixture.reopen()
        let claims = try await fixture.store.claim(bootID: "boot", limit: 1).claims
        #expect(claims.first?.spec.secretEnvironment["A"]?.value == Self.value)
        try await fixture.end(AttemptID(job: attempt.job, number: 2), .exit)
        try await expectGone(attempt.job, fixture)
    }

    @Test func theyGoWithACancelBeforeTheStart() async throws {
        let fixture = try StoreFixture()
        let job = try await fixture.submit(secret)
        _ = try await fixture.store.requestCancel(job.id, signal: nil, grace: nil)
        try await expectGone(job.id, fixture)
    }

    @Test func theyGoWithAFailedDependency() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[], [0]], secret)
        try await fixture.claim()
        try await fixture.end(AttemptID(job: jobs[0].id, number: 1), .exit)
        #expect(try await fixture.job(jobs[1].id).failure == .dependency)
        try await expectGone(jobs[1].id, fixture)
    }

    @Test func theNextDaemonFinishesIt() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run(secret)
        try await fixture.end(attempt)
        let copy = try TemporaryDirectory()
        // As this one leaves it that dies now; the log still has them.
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: fixture.directory.database + ending, toPath: copy.database + ending)
        }
        let next = try Store(path: copy.database, now: { Timestamp(microseconds: 5) }) { _ in }
        try waitUntil("it is in no file") {
            try ["", "-wal"].allSatisfy { ending in
                try Data(contentsOf: URL(filePath: copy.database + ending))
                    .range(of: Data(Self.value.utf8)) == nil
            }
        }
        try next.close()
    }

    @Test func aFinishedJobWithoutThemCannotRunAgain() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish(nil, secret)
        #expect(try await code { _ = try await fixture.store.retry(id) } == .conflict)
        #expect(try await fixture.job(id).state == .succeeded)
    }

    @Test func nothingRemainsWhereverRowsWereMoved() async throws {
        var random = SeededGenerator()
        let fixture = try StoreFixture()
        try await fixture.setSlots(1000)
        var open: [AttemptID] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let size = Int.random(in: 0...3000, using: &random)
                let job = try await fixture.submit {
                    $0.secretEnvironment = [
                        "A": .value(Self.value + String(repeating: "x", count: size))
                    ]
                    $0.name = String(repeating: "n", count: size % 300 + 1)
                }
                try await fixture.claim()
                open.append(AttemptID(job: job.id, number: 1))
            case 5..<7:
                try await fixture.submit { $0.command = .shell(String(repeating: "y", count: 900)) }
                try await fixture.claim()
            default:
                guard let attempt = open.randomElement(using: &random) else { continue }
                open.removeAll { $0 == attempt }
                let outcome = Outcome(
                    state: .failed, failure: .lost,
                    error: String(repeating: "e", count: Int.random(in: 0..<900, using: &random)),
                    time: fixture.now)
                try await fixture.store.finish(attempt, with: outcome, readings: [], consumed: 0)
                if Bool.random(using: &random) { try await fixture.store.delete(attempt.job) }
            }
        }
        #expect(try isFound(fixture))
        for attempt in open { try await fixture.end(attempt) }
        try waitUntil("it is in no file") { try !isFound(fixture) }
    }
}
