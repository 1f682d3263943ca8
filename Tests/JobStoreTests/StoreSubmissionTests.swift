import JobModel
import Testing

@testable import JobStore

/// Batches, and requests that are made again.
@Suite struct StoreSubmissionTests {
    private static let key = IdempotencyKey(key: "k", digest: [0, 1, 255])

    private func submissions(_ count: Int) -> [Submission] {
        (0..<count).map { Submission(JobSpec(command: .shell("echo \($0)"))) }
    }

    // MARK: Batches

    @Test func aBatchIsInOrderAndInARow() async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        _ = fixture.takeEffects()
        let submitted = try await fixture.store.submit(submissions(50), asBatch: true, key: nil)
        #expect(submitted.isNew && submitted.jobs.map(\.id.rawValue) == Array(2...51))
        #expect(submitted.jobs.map(\.spec) == submissions(50).map(\.spec))
        for job in submitted.jobs { #expect(try await fixture.store.job(job.id) == job) }
        #expect(fixture.takeEffects() == [[.events, .scheduling]])
    }

    /// The places of a batch may name each other in whatever direction.
    @Test func aBatchMayNameWhatComesLaterInIt() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[2], [0, 0, 2], []])
        #expect(jobs.map(\.state) == [.waiting, .waiting, .queued])
        #expect(jobs[0].spec.after == [jobs[2].id])
        #expect(jobs[1].spec.after == [jobs[0].id, jobs[2].id], "each once, ascending")
        for job in jobs { #expect(try await fixture.store.job(job.id) == job) }
    }

    @Test func aBatchIsAllOrNothing() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue("gpu", QueueChange(resources: ["gpu": .count(1)]))
        _ = fixture.takeEffects()
        var submissions = submissions(6)
        submissions[1].spec.queue = "nowhere"
        submissions[3].spec.after = [JobID(rawValue: 7)]
        submissions[3].spec.resources = ["gpu": 1]
        submissions[4].spec.queue = "gpu"
        submissions[4].spec.resources = ["gpu": 2, "mem": 1]
        let refused = submissions
        let error = try await #require(throws: JobError.self) {
            try await fixture.store.submit(refused, asBatch: true, key: Self.key)
        }
        #expect(error.code == .invalidSpec)
        #expect(
            error.fields.map(\.field) == [
                "jobs[1].queue", "jobs[3].resources.gpu", "jobs[3].after",
                "jobs[4].resources.gpu", "jobs[4].resources.mem",
            ])
        #expect(error.fields[3].message.contains("1"), "how much there is")
        #expect(try await fixture.events().isEmpty)
        #expect(try await fixture.store.jobCounts().isEmpty)
        #expect(fixture.takeEffects().isEmpty)
        // Nor is the key used up.
        let accepted = try await fixture.store.submit(
            self.submissions(1), asBatch: false, key: Self.key)
        #expect(accepted.isNew && accepted.jobs.map(\.id.rawValue) == [1])
    }

    @Test func aSingleJobsErrorsNameItsFieldsAlone() async throws {
        let fixture = try StoreFixture()
        let error = try await #require(throws: JobError.self) {
            try await fixture.submit {
                $0.after = [JobID(rawValue: 8), JobID(rawValue: 9)]
                $0.resources = ["gpu": 1]
            }
        }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == ["resources.gpu", "after", "after"])
    }

    // MARK: The same request again

    @Test func theSameRequestAgainIsTheFirstJobAsItIsNow() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.store.submit(submissions(1), asBatch: false, key: Self.key)
        #expect(first.isNew)
        try await fixture.claim()
        let id = first.jobs[0].id
        try await fixture.end(AttemptID(job: id, number: 1))
        try fixture.reopen()
        let events = try await fixture.events()
        let again = try await fixture.store.submit(submissions(1), asBatch: false, key: Self.key)
        let job = try await fixture.job(id)
        #expect(!again.isNew && again.jobs == [job] && job.state == .succeeded)
        #expect(try await fixture.events() == events)
    }

    @Test func anotherRequestUnderTheSameKeyIsRefused() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.submit(submissions(1), asBatch: false, key: Self.key)
        let events = try await fixture.events()
        for digest in [[], [0], [0, 1, 254], [0, 1, 255, 0]] as [[UInt8]] {
            let refused = try await code {
                _ = try await fixture.store.submit(
                    submissions(1), asBatch: false, key: IdempotencyKey(key: "k", digest: digest))
            }
            #expect(refused == .idempotencyConflict)
        }
        #expect(try await fixture.events() == events)
        let other = IdempotencyKey(key: "K", digest: [0, 1, 255])
        #expect(
            try await fixture.store.submit(submissions(1), asBatch: false, key: other).isNew)
    }

    /// Also one whose queue has been removed meanwhile, so that the same job would
    /// be refused now.
    @Test func theSameRequestAgainIsNotLookedAtAgain() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.store.setQueue("q", QueueChange())
        let submission = Submission(JobSpec(command: .shell("true"), queue: "q"))
        let first = try await fixture.store.submit([submission], asBatch: false, key: Self.key)
        _ = try await fixture.store.requestCancel(first.jobs[0].id, signal: nil, grace: nil)
        try await fixture.store.removeQueue("q")
        let again = try await fixture.store.submit([submission], asBatch: false, key: Self.key)
        #expect(!again.isNew && again.jobs.map(\.id) == first.jobs.map(\.id))
    }

    @Test func aBatchAgainIsAllOfItThatIsLeft() async throws {
        let fixture = try StoreFixture()
        try await fixture.submit()
        let first = try await fixture.store.submit(submissions(4), asBatch: true, key: Self.key)
        try await fixture.submit()
        let ids = first.jobs.map(\.id)
        let again = try await fixture.store.submit(submissions(4), asBatch: true, key: Self.key)
        #expect(!again.isNew && again.jobs == first.jobs)
        _ = try await fixture.store.requestCancel(ids[2], signal: nil, grace: nil)
        try await fixture.store.delete(ids[2])
        let rest = try await fixture.store.submit(submissions(4), asBatch: true, key: Self.key)
        #expect(!rest.isNew && rest.jobs.map(\.id) == [ids[0], ids[1], ids[3]])
    }

    /// A key is kept as long as its first job.
    @Test func afterItsJobWasDeletedAKeyIsNew() async throws {
        let fixture = try StoreFixture()
        let first = try await fixture.store.submit(submissions(1), asBatch: false, key: Self.key)
        _ = try await fixture.store.requestCancel(first.jobs[0].id, signal: nil, grace: nil)
        try await fixture.store.delete(first.jobs[0].id)
        let other = IdempotencyKey(key: "k", digest: [9])
        let again = try await fixture.store.submit(submissions(1), asBatch: false, key: other)
        #expect(again.isNew && again.jobs[0].id > first.jobs[0].id)
    }

    /// Twenty at once, as a client that lost its connection may send.
    @Test func oneOfManyAtOnceIsNew() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let submissions = submissions(1)
        let results = try await withThrowingTaskGroup(of: Submitted.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await store.submit(submissions, asBatch: false, key: Self.key)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.filter(\.isNew).count == 1)
        #expect(Set(results.map(\.jobs)).count == 1)
        #expect(try await store.jobCounts() == [.queued: 1])
    }
}
