import GRDB
import JobModel
import JobTestSupport
import Testing

@testable import JobStore

/// Whose jobs are whose, and who did what to them.
@Suite struct StoreOwnershipTests {
    private let ci = Identity.token("ci")
    private let web = Identity.token("web")

    private let spec = JobSpec(command: .shell("true"), name: "build")

    // MARK: Who sees what

    @Test func listsAndEventsAreThoseOfTheOwner() async throws {
        let fixture = try StoreFixture()
        let mine = try await fixture.store.submit(spec, by: ci)
        let theirs = try await fixture.store.submit(spec, by: web)
        let old = try await fixture.store.submit(spec, by: .user(0))
        try await fixture.store.pool.write {
            try $0.execute(
                sql: "UPDATE jobs SET owner = NULL WHERE id = ?", arguments: [old.id.rawValue])
        }
        for (owner, job) in [(ci, mine), (web, theirs)] {
            var filter = JobFilter()
            filter.owner = owner
            let jobs = try await fixture.store.jobs(matching: filter, before: nil, limit: 9)
            #expect(jobs == [job])
            var events = EventFilter()
            events.owner = owner
            let found = try await fixture.store.events(
                matching: events, after: .beginning, limit: 9)
            #expect(found.map(\.job) == [job.id])
        }
        // What nobody owns, nobody but those who see all sees.
        #expect(!Principal(.user(0), .submit).sees(jobsOf: nil))
        #expect(Principal(.user(0), .read).sees(jobsOf: nil))
    }

    @Test func aJobOfSomebodyElseCannotBeComeAfter() async throws {
        let fixture = try StoreFixture()
        let theirs = try await fixture.store.submit(spec, by: web)
        func submit(after id: JobID, seeingOnly owner: Identity?) async throws -> JobError? {
            var spec = self.spec
            spec.after = [id]
            do {
                _ = try await fixture.store.submit(
                    [Submission(spec)], asBatch: false, key: nil, by: ci, seeingOnly: owner)
                return nil
            } catch let error as JobError {
                return error
            }
        }
        let hidden = try #require(try await submit(after: theirs.id, seeingOnly: ci))
        let missing = try #require(try await submit(after: JobID(rawValue: 99), seeingOnly: ci))
        // Word for word as if it were not there.
        #expect(hidden.code == missing.code && hidden.fields.map(\.field) == ["after"])
        #expect(hidden.message.replacing("\(theirs.id)", with: "99") == missing.message)
        #expect(try await submit(after: theirs.id, seeingOnly: nil) == nil)
        #expect(try await submit(after: theirs.id, seeingOnly: web) == nil)
    }

    @Test func aKeyBelongsToWhoUsedIt() async throws {
        let fixture = try StoreFixture()
        let key = IdempotencyKey(key: "nightly", digest: [1])
        func submit(by owner: Identity, _ key: IdempotencyKey) async throws -> Submitted {
            try await fixture.store.submit(
                [Submission(spec)], asBatch: false, key: key, by: owner)
        }
        let first = try await submit(by: ci, key)
        let second = try await submit(by: web, IdempotencyKey(key: "nightly", digest: [2]))
        #expect(first.isNew && second.isNew)
        #expect(first.jobs.map(\.owner) == [ci] && second.jobs.map(\.owner) == [web])
        let again = try await submit(by: ci, key)
        #expect(!again.isNew && again.jobs == first.jobs)
        let conflict = try await code { _ = try await submit(by: web, key) }
        #expect(conflict == .idempotencyConflict)
    }

    @Test func anEstimateIsMadeOfTheOwnersRunsOnly() async throws {
        let fixture = try StoreFixture()
        try await fixture.setSlots(9)
        func run(by owner: Identity) async throws -> AttemptID {
            let job = try await fixture.store.submit(spec, by: owner)
            try await fixture.claim()
            return AttemptID(job: job.id, number: 1)
        }
        let earlier = try await run(by: web)
        fixture.now = fixture.now + 60_000_000
        try await fixture.end(earlier)
        let mine = try await run(by: ci)
        let theirs = try await run(by: web)
        #expect(try fixture.store.estimateBlocking(for: mine.job) == nil)
        #expect(try fixture.store.estimateBlocking(for: theirs.job)?.typicalDuration == 60_000_000)
        #expect(try await fixture.job(mine.job).progress == nil)
    }

    // MARK: Who did it

    /// What is told of the events of a job: what and who.
    private func history(_ fixture: StoreFixture, _ id: JobID) async throws -> [String] {
        try await fixture.store.events(of: id, after: .beginning, limit: 99).map { event in
            let word =
                switch event.content {
                case .state(let change): change.state.rawValue
                case .action(let action, let state): "\(action.rawValue)@\(state.rawValue)"
                case .progress: "progress"
                case .end(let end): "end:\(end.state.rawValue)"
                }
            return "\(word) \(event.actor?.rawValue ?? "-")"
        }
    }

    @Test func everyEventOfARequestSaysWhoMadeIt() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try await fixture.setSlots(9)
        let id = try await store.submit(spec, by: ci).id
        _ = try await store.update(id, JobChange(priority: 4), by: web)
        // What is so already is no change.
        _ = try await store.update(id, JobChange(priority: 4), by: web)
        _ = try await store.update(id, JobChange(notBefore: .some(fixture.now + 9)), by: web)
        _ = try await store.update(id, JobChange(notBefore: .some(nil)), by: ci)
        try await store.beginInput(of: id, by: ci)
        try await fixture.claim()
        _ = try await store.requestSignal(id, 10, isForTree: false, by: .user(1000))
        for actor in [web, ci] { _ = try await store.setPaused(true, id, by: actor) }
        for actor in [ci, web] { _ = try await store.setPaused(false, id, by: actor) }
        try await store.endInput(of: id, by: ci)
        try await fixture.end(AttemptID(job: id, number: 1))
        // Nothing comes after the end.
        try await store.beginInput(of: id, by: ci)
        _ = try await store.retry(id, by: .anyone)
        #expect(
            try await history(fixture, id) == [
                "queued token:ci", "change@queued token:web", "waiting token:web",
                "queued token:ci", "input@queued token:ci", "running -",
                "signal@running user:1000", "paused token:web", "running token:ci",
                "input@running token:ci", "queued anyone",
            ])
    }

    @Test func aCancelIsTheEndOfWhoAskedFirst() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let attempt = try await fixture.run()
        _ = try await store.requestCancel(attempt.job, signal: nil, grace: nil, by: web)
        _ = try await store.requestCancel(attempt.job, signal: nil, grace: nil, by: ci)
        _ = try await store.requestCancel(attempt.job, signal: nil, grace: 1, by: .user(0))
        try await fixture.end(attempt)
        #expect(
            try await history(fixture, attempt.job).suffix(3) == [
                "cancel@running token:web", "cancel@running user:0", "end:cancelled token:web",
            ])
        // Run again, it ends by itself.
        _ = try await store.retry(attempt.job, by: ci)
        try await fixture.claim()
        try await fixture.end(AttemptID(job: attempt.job, number: 2))
        #expect(try await history(fixture, attempt.job).last == "end:succeeded -")
    }

    @Test func theEndOfWhatDependsOnACancelCameAboutByItself() async throws {
        let fixture = try StoreFixture()
        let jobs = try await fixture.submit(chain: [[], [0]])
        _ = try await fixture.store.requestCancel(jobs[0].id, signal: nil, grace: nil, by: ci)
        #expect(try await history(fixture, jobs[0].id).last == "end:cancelled token:ci")
        #expect(try await history(fixture, jobs[1].id).last == "end:failed -")
    }

    @Test func aRetryThatIsNotWaitedForSaysWhoDidNotWait() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.retry = RetryPolicy() }
        try await fixture.end(attempt, .exit)
        _ = try await fixture.store.retry(attempt.job, by: ci)
        #expect(
            try await history(fixture, attempt.job).suffix(2) == ["waiting -", "queued token:ci"])
    }

    /// An action is no state: who waits for one, or looks whether something was
    /// pruned, is not misled.
    @Test func anActionIsNotTakenForAState() async throws {
        let fixture = try StoreFixture()
        let job = try await fixture.submit()
        _ = try await fixture.store.update(job.id, JobChange(priority: 1), by: ci)
        #expect(try await !fixture.store.wasPruned(job.id, after: .beginning))
        try await fixture.store.pool.write {
            try $0.execute(sql: "DELETE FROM events WHERE id = ?", arguments: [job.cursor.rawValue])
        }
        #expect(try await fixture.store.wasPruned(job.id, after: .beginning))
        #expect(try await !fixture.store.wasPruned(job.id, after: EventID(rawValue: 99)))
    }

    // MARK: What is not told

    /// What fails says nothing of what was to be written.
    @Test func anErrorOfTheDatabaseHasNoSecretInIt() async throws {
        let fixture = try StoreFixture()
        try await fixture.store.pool.write {
            try $0.execute(
                sql: """
                    CREATE TRIGGER refusing BEFORE INSERT ON jobs
                    BEGIN SELECT raise(ABORT, 'refused'); END
                    """)
        }
        var spec = spec
        spec.environment = ["A": "marker-env"]
        spec.secretEnvironment = ["B": .value("marker-secret")]
        spec.stdin = "marker-stdin"
        var text = "\(spec.secretEnvironment) \(String(reflecting: spec.secretEnvironment))"
        do {
            _ = try await fixture.store.submit(spec)
        } catch {
            text += "\(error) \(String(reflecting: error))"
        }
        #expect(text.contains("refused"))
        for marker in ["marker-secret", "marker-env", "marker-stdin"] {
            #expect(!text.contains(marker), "\(text)")
        }
    }
}
