import JobModel
import Testing

@testable import JobStore

/// Submitting, finding, cancelling and deleting jobs.
@Suite struct StoreJobsTests {
    @Test func keepsASpecAsItIs() async throws {
        let fixture = try StoreFixture()
        let text = "é漢🎉\"'\\/\n\r\t\u{1}\u{7f}\u{2028}%_;--"
        let specs = [
            JobSpec(command: .shell("true")),
            JobSpec(command: .shell(text)),
            JobSpec(command: .shell("[\"a\"]")),
            JobSpec(
                command: .arguments(["a", "", text]), name: text,
                labels: [text: text, "": "", "a": "b"], cwd: text, environment: [text: text],
                stdin: text, tty: true, watchFiles: true, timeout: 1, killGrace: 0,
                outputLimitBytes: .max),
        ]
        for spec in specs {
            let submitted = try await fixture.store.submit(spec)
            #expect(submitted.spec == spec)
            #expect(try await fixture.store.job(submitted.id) == submitted)
        }
        try fixture.reopen()
        let found = try await fixture.store.jobs(matching: JobFilter(), before: nil, limit: 10)
        #expect(found.map(\.spec) == specs.reversed())
    }

    @Test func aSubmittedJobIsQueuedAndHasAnEvent() async throws {
        let fixture = try StoreFixture()
        let job = try await fixture.submit()
        #expect(job.state == .queued && job.attempt == 0 && job.createdAt == fixture.now)
        #expect(
            try await fixture.events() == [
                Event(
                    id: job.cursor, job: job.id, time: fixture.now, attempt: 0,
                    content: .state(.queued), actor: .anyone)
            ])
        #expect(fixture.takeEffects() == [[.events, .scheduling]])
    }

    @Test func anUnknownQueueIsRefusedAndNothingStored() async throws {
        let fixture = try StoreFixture()
        let error = try await #require(throws: JobError.self) {
            try await fixture.submit { $0.queue = "nope" }
        }
        #expect(error.code == .invalidSpec)
        #expect(error.fields.map(\.field) == ["queue"])
        #expect(try await fixture.events().isEmpty)
        #expect(try await fixture.store.jobCounts().isEmpty)
        #expect(fixture.takeEffects().isEmpty)
    }

    @Test func pagesFromTheNewestToTheOldest() async throws {
        let fixture = try StoreFixture()
        var ids: [JobID] = []
        for _ in 0..<25 { ids.append(try await fixture.submit().id) }
        var seen: [JobID] = []
        var before: JobID?
        while true {
            let page = try await fixture.store.jobs(
                matching: JobFilter(), before: before, limit: 7)
            seen += page.map(\.id)
            guard page.count == 7, let last = page.last else { break }
            before = last.id
        }
        #expect(seen == ids.reversed())
    }

    @Test func filters() async throws {
        let fixture = try StoreFixture()
        let done = try await fixture.finish { $0.name = "Done" }
        let one = try await fixture.submit {
            $0.name = "copy 100%"
            $0.labels = ["app": "shop", "tier": "1"]
        }
        let two = try await fixture.submit {
            $0.command = .shell("rsync -a src/ dst_2/")
            $0.labels = ["app": "shop"]
        }
        func ids(_ change: (inout JobFilter) -> Void) async throws -> [JobID] {
            var filter = JobFilter()
            change(&filter)
            return try await fixture.store.jobs(matching: filter, before: nil, limit: 10).map(\.id)
        }
        #expect(try await ids { $0.states = [.queued] } == [two.id, one.id])
        #expect(try await ids { $0.states = [.succeeded, .failed] } == [done])
        #expect(try await ids { $0.states = [.queued, .succeeded] } == [two.id, one.id, done])
        #expect(try await ids { $0.queue = "default" } == [two.id, one.id, done])
        #expect(try await ids { $0.queue = "other" } == [])
        #expect(try await ids { $0.name = "Done" } == [done])
        #expect(try await ids { $0.name = "done" } == [])
        #expect(try await ids { $0.labels = ["app": "shop"] } == [two.id, one.id])
        #expect(try await ids { $0.labels = ["app": "shop", "tier": "1"] } == [one.id])
        #expect(try await ids { $0.labels = ["app": "Shop"] } == [])
        #expect(try await ids { $0.labels = ["tier": ""] } == [])
        #expect(try await ids { $0.text = "done" } == [done])
        #expect(try await ids { $0.text = "RSYNC" } == [two.id])
        #expect(try await ids { $0.text = "%" } == [one.id], "a sign, not a wildcard")
        #expect(try await ids { $0.text = "dst_" } == [two.id])
        #expect(try await ids { $0.text = "' OR 1 = 1 --" } == [])
        let combined = try await ids {
            $0.states = [.queued]
            $0.labels = ["app": "shop"]
            $0.text = "src"
        }
        #expect(combined == [two.id])
    }

    /// The command as it was given is searched, not as it is kept.
    @Test(arguments: [
        (Command.shell("echo \"hello\""), "\"hello\"", true),
        (.shell("sed 's/\\./x/'"), "s/\\./", true),
        (.shell("printf 'a\nb'"), "a\nb", true),
        (.arguments(["grep", "say \"hi\""]), "\"hi\"", true),
        (.arguments(["grep", "-r", "x"]), "\",\"", false),
        (.arguments(["grep", "-r", "x"]), "[", false),
        (.shell("true"), "\"", false),
    ])
    func findsWhatTheCommandContains(command: Command, text: String, found: Bool) async throws {
        let fixture = try StoreFixture()
        try await fixture.submit { $0.command = command }
        var filter = JobFilter()
        filter.text = text
        let jobs = try await fixture.store.jobs(matching: filter, before: nil, limit: 10)
        #expect(jobs.count == (found ? 1 : 0))
    }

    /// A person may ask for many labels; a filter must not be too long for SQL.
    @Test func aFilterMayHaveManyLabels() async throws {
        let fixture = try StoreFixture()
        let labels = Dictionary(uniqueKeysWithValues: (0..<2000).map { ("label\($0)", "x") })
        let job = try await fixture.submit { $0.labels = labels }
        try await fixture.submit { $0.labels = ["label1": "x"] }
        var filter = JobFilter()
        filter.labels = labels
        let found = try await fixture.store.jobs(matching: filter, before: nil, limit: 10)
        #expect(found.map(\.id) == [job.id])
    }

    @Test func aQueuedJobIsCancelledAtOnce() async throws {
        let fixture = try StoreFixture()
        let job = try await fixture.submit()
        fixture.now = fixture.now + 5
        let cancelled = try await fixture.store.requestCancel(job.id, signal: 2, grace: 0)
        #expect(cancelled.state == .cancelled && cancelled.finishedAt == fixture.now)
        #expect(cancelled.startedAt == nil && cancelled.attempt == 0)
        #expect(
            try await fixture.events().map(\.content).last == .end(Event.End(state: .cancelled)))
        #expect(try await fixture.claim().isEmpty)
        // Again: nothing changes.
        fixture.now = fixture.now + 5
        let again = try await fixture.store.requestCancel(job.id, signal: 9, grace: 0)
        #expect(again == cancelled)
        #expect(try await fixture.events().count == 2)
    }

    @Test func aRunningJobsCancelIsAnOrder() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run { $0.killGrace = 7 }
        #expect(try await fixture.store.orders() == [attempt: AttemptOrders()])
        fixture.now = fixture.now + 5
        let asked = try await fixture.store.requestCancel(attempt.job, signal: nil, grace: nil)
        #expect(asked.state == .running && asked.cancelRequestedAt == fixture.now)
        #expect(
            try await fixture.store.orders()
                == [attempt: AttemptOrders(cancel: CancelOrder(signal: 15, grace: 7))])
        // Again, with another signal and less time: only the time counts.
        fixture.now = fixture.now + 5
        let again = try await fixture.store.requestCancel(attempt.job, signal: 9, grace: 3)
        #expect(again.cancelRequestedAt == asked.cancelRequestedAt)
        _ = try await fixture.store.requestCancel(attempt.job, signal: nil, grace: 1000)
        #expect(
            try await fixture.store.orders()
                == [attempt: AttemptOrders(cancel: CancelOrder(signal: 15, grace: 3))])
        // Not of the last, which changed nothing.
        #expect(
            try await fixture.events().map(\.content) == [
                .state(.queued), .state(.running), .action(.cancel, .running),
                .action(.cancel, .running),
            ])
    }

    @Test func aFinishedJobCannotBeCancelled() async throws {
        let fixture = try StoreFixture()
        let id = try await fixture.finish()
        let before = try await fixture.store.job(id)
        let error = try await #require(throws: JobError.self) {
            try await fixture.store.requestCancel(id, signal: nil, grace: nil)
        }
        #expect(error.code == .conflict)
        #expect(try await fixture.store.job(id) == before)
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        let fixture = try StoreFixture()
        let id = JobID(rawValue: 9)
        #expect(try await fixture.store.job(id) == nil)
        for call in [
            { @Sendable in _ = try await fixture.store.requestCancel(id, signal: 1, grace: 1) },
            { @Sendable in try await fixture.store.delete(id) },
        ] {
            let error = try await #require(throws: JobError.self) { try await call() }
            #expect(error.code == .jobNotFound)
        }
    }

    @Test func deletingTakesTheHistoryAlong() async throws {
        let fixture = try StoreFixture()
        let kept = try await fixture.finish()
        let id = try await fixture.finish()
        let newest = try await fixture.store.newestEvent()
        try await fixture.store.delete(id)
        #expect(try await fixture.store.job(id) == nil)
        #expect(try await fixture.events().allSatisfy { $0.job == kept })
        #expect(try await fixture.store.newestAttempts(of: [kept, id]) == [kept: 1])
        #expect(try await fixture.store.newestEvent() == newest)
        try fixture.reopen()
        #expect(try await fixture.store.newestEvent() == newest)
        let next = try await fixture.submit()
        #expect(next.id > id && next.cursor > newest)
    }

    /// More than what is deleted in one transaction.
    @Test func deletesALongHistory() async throws {
        let fixture = try StoreFixture()
        let attempt = try await fixture.run()
        let readings = (0..<12_345).map { reading(0.5, at: Int64($0)) }
        try await fixture.store.finish(
            attempt, with: Outcome(state: .succeeded, exitCode: 0, time: fixture.now),
            readings: readings, consumed: 1)
        #expect(try await fixture.events().count == 12_348)
        try await fixture.store.delete(attempt.job)
        #expect(try await fixture.events().isEmpty)
        #expect(try await fixture.store.job(attempt.job) == nil)
    }

    @Test func onlyAFinishedJobIsDeleted() async throws {
        let fixture = try StoreFixture()
        let queued = try await fixture.submit().id
        try await fixture.setSlots(1)
        for _ in 0..<2 {
            let error = try await #require(throws: JobError.self) {
                try await fixture.store.delete(queued)
            }
            #expect(error.code == .conflict)
            try await fixture.claim(1)
        }
        #expect(try await fixture.store.job(queued)?.state == .running)
    }

    @Test func countsJobsByState() async throws {
        let fixture = try StoreFixture()
        _ = try await fixture.finish()
        _ = try await fixture.finish()
        _ = try await fixture.submit()
        #expect(try await fixture.store.jobCounts() == [.succeeded: 2, .queued: 1])
    }
}
