import JobModel
import Testing

@testable import JobStore

/// What the frozen databases were filled with, and what they must still say. What
/// a version could not say yet is not asked of it.
enum FrozenHistory {
    // MARK: What there was

    /// Jobs 1 to 5, as they could be submitted from the first version on.
    private static let specs: [JobSpec] = [
        JobSpec(
            command: .arguments(["rsync", "-a", "é\"\\"]), name: "nightly copy",
            labels: ["app": "shop"], cwd: "/srv", environment: ["LANG": "C.UTF-8"],
            stdin: "in\n", tty: true, timeout: 60_000_000, killGrace: 0, outputLimitBytes: 9),
        JobSpec(command: .shell("exit 3")),
        JobSpec(command: .shell("sleep 60")),
        JobSpec(command: .shell("true")),
        JobSpec(command: .shell("echo queued"), name: "last"),
    ]

    /// Jobs 6 to 13, from the second version on.
    private static let controlledSpecs: [JobSpec] = [
        JobSpec(
            command: .shell("train"), queue: "gpu", priority: 5, stallTimeout: 30_000_000,
            retry: RetryPolicy(
                maxAttempts: 2, backoff: 1_500_000, factor: 1.25, maxBackoff: 60_000_000,
                on: [.exit, .stalled]), resources: ["gpu": 1, "mem_gb": 8]),
        JobSpec(
            command: .shell("tomorrow"), queue: "gpu", priority: -3,
            notBefore: Timestamp(microseconds: 86_400_000_000)),
        JobSpec(
            command: .shell("report"), queue: "gpu", after: ids(6, 7), afterPolicy: .finished),
        JobSpec(command: .shell("cat"), queue: "gpu", resources: ["mem_gb": 4]),
        JobSpec(command: .shell("again"), queue: "gpu", retry: RetryPolicy()),
        JobSpec(command: .shell("one of two"), queue: "gpu", stdin: "", after: ids(7)),
        JobSpec(command: .shell("two of two"), queue: "gpu", after: ids(7, 11)),
        JobSpec(command: .shell("needs what failed"), after: ids(2)),
    ]

    /// Job 14, from the third version on.
    private static let watchedSpec = JobSpec(
        command: .shell("gzip film"), queue: "gpu", watchFiles: true,
        notBefore: Timestamp(microseconds: 86_400_000_000))

    /// Jobs 15 and 16, from the fourth version on.
    private static let ownedSpecs: [JobSpec] = [
        JobSpec(
            command: .arguments(["ffmpeg", "-i", "a.mkv"]), queue: "gpu",
            secretEnvironment: ["KEY": .value("not to be seen")],
            notBefore: Timestamp(microseconds: 86_400_000_000),
            runAs: RunAs(user: "media", group: "video"),
            limits: ResourceLimits(
                memoryBytes: 1 << 30, cpuSeconds: 60, openFiles: 256, processes: 8, nice: 10,
                io: .idle),
            definition: DefinitionUse(name: "transcode", parameters: ["input": .text("a.mkv")])),
        JobSpec(command: .shell("given up"), queue: "gpu"),
    ]

    private static let key = IdempotencyKey(key: "two", digest: [1, 2, 3])

    private static func ids(_ numbers: Int64...) -> [JobID] { numbers.map(JobID.init(rawValue:)) }

    private static func first(_ number: Int64) -> AttemptID {
        AttemptID(job: JobID(rawValue: number), number: 1)
    }

    // MARK: Writing

    /// All that the present schema can hold.
    static func write(to fixture: StoreFixture) async throws {
        let store = fixture.store
        try await fixture.setSlots(3)
        for spec in specs { _ = try await store.submit(spec) }
        _ = try await store.claim(bootID: "frozen-boot", limit: 3)
        try await store.record(
            [reading(0.25, at: 2_000_000), reading(0.5, at: 3_000_000)], of: first(1),
            consumed: 512)
        let outcome = Outcome(
            state: .failed, exitCode: 3, failure: .exit, error: "It exited with 3.",
            usage: Usage(cpuMicroseconds: 5, maxRSSBytes: 6, outputBytes: 7),
            time: Timestamp(microseconds: 4_000_000))
        try await store.finish(first(2), with: outcome, readings: [], consumed: 64)
        _ = try await store.requestCancel(
            JobID(rawValue: 3), signal: 2, grace: 1_500_000, by: .user(1000))
        _ = try await store.requestCancel(JobID(rawValue: 4), signal: nil, grace: nil)
        try await store.delete(JobID(rawValue: 4))
        try await writeControl(to: fixture)
        try await writeOwnership(to: store)
    }

    /// From the second version on.
    private static func writeControl(to fixture: StoreFixture) async throws {
        let store = fixture.store
        // Both are taken, so that the queued job stays queued.
        try await fixture.setSlots(2)
        _ = try await store.setQueue(
            "gpu",
            QueueChange(
                slots: 3, resources: ["gpu": .names(["0", "1"]), "mem_gb": .count(24)]))
        for spec in controlledSpecs.prefix(5) { _ = try await store.submit(spec) }
        _ = try await store.submit(
            [
                Submission(controlledSpecs[5]),
                Submission(after(7, controlledSpecs[6]), after: [0]),
            ], asBatch: true, key: key)
        _ = try await store.submit(controlledSpecs[7])
        _ = try await store.claim(bootID: "frozen-boot", limit: 9)
        let failed = Outcome(
            state: .failed, signal: 9, failure: .stalled, error: "It stood still.",
            time: Timestamp(microseconds: 5_000_000))
        // No end is stored before it comes.
        let now = fixture.now
        fixture.now = failed.time
        try await store.finish(first(6), with: failed, readings: [], consumed: 128)
        fixture.now = now
        _ = try await store.setPaused(true, JobID(rawValue: 9))
        _ = try await store.requestSignal(JobID(rawValue: 9), 10, isForTree: true)
        try await store.endInput(of: JobID(rawValue: 9))
        let done = Outcome(
            state: .succeeded, exitCode: 0, time: Timestamp(microseconds: 6_000_000))
        try await store.finish(first(10), with: done, readings: [], consumed: 1)
        _ = try await store.setQueue("gpu", QueueChange(isPaused: true))
        _ = try await store.retry(JobID(rawValue: 10))
        _ = try await store.submit(watchedSpec)
    }

    /// From the fourth version on.
    private static func writeOwnership(to store: Store) async throws {
        let owners: [Identity] = [.token("web"), .user(1000)]
        for (owner, spec) in zip(owners, ownedSpecs) {
            // The key of somebody else is no obstacle.
            _ = try await store.submit(
                [Submission(spec)], asBatch: false,
                key: IdempotencyKey(key: key.key, digest: [UInt8(spec.limits.nice ?? 0)]),
                by: owner)
        }
        _ = try await store.update(
            JobID(rawValue: 15), JobChange(priority: 3), by: .token("admin"))
        _ = try await store.requestCancel(
            JobID(rawValue: 16), signal: nil, grace: nil, by: .token("admin"))
    }

    private static func after(_ number: Int64, _ spec: JobSpec) -> JobSpec {
        var spec = spec
        spec.after = ids(number)
        return spec
    }

    // MARK: Reading

    /// Expects what was written, as far as the version could say it.
    static func expect(in store: Store, version: Int) async throws {
        let all = try await store.jobs(matching: JobFilter(), before: nil, limit: 100)
        let jobs = Array(all.suffix(4))
        #expect(jobs.map(\.id.rawValue) == [5, 3, 2, 1])
        #expect(jobs.map(\.state) == [.queued, .running, .failed, .running])
        var specs = [4, 2, 1, 0].map { Self.specs[$0] }
        // Before the second version there was no input that came later.
        if version < 2 {
            for index in specs.indices { specs[index].stdin = specs[index].stdin ?? "" }
        }
        #expect(jobs.map(\.spec) == specs)
        #expect(jobs[2].usage == Usage(cpuMicroseconds: 5, maxRSSBytes: 6, outputBytes: 7))
        #expect(jobs[2].error == "It exited with 3." && jobs[2].exitCode == 3)
        #expect(jobs[3].progress == reading(0.5, at: 3_000_000))
        #expect(jobs.map(\.attemptLimit) == [1, 1, 1, 1])

        let events = try await store.events(of: JobID(rawValue: 1), after: .beginning, limit: 9)
        #expect(events.map(\.attempt) == [0, 1, 1, 1])
        let active = try await store.activeAttempts()
        #expect(active.prefix(2).map(\.attempt.job.rawValue) == [1, 3])
        #expect(active.prefix(2).map(\.bootID) == ["frozen-boot", "frozen-boot"])
        #expect(active[0].consumed == 512)
        #expect(active[1].orders.cancel == CancelOrder(signal: 2, grace: 1_500_000))
        #expect(try await store.isInputEnded(of: JobID(rawValue: 3)) == (version < 2))
        #expect(
            try await store.attempts(of: JobID(rawValue: 2)) == [
                Attempt(
                    number: 1, startedAt: Timestamp(microseconds: 1_000_000),
                    finishedAt: Timestamp(microseconds: 4_000_000), state: .failed, exitCode: 3,
                    failure: .exit, error: "It exited with 3.",
                    usage: Usage(cpuMicroseconds: 5, maxRSSBytes: 6, outputBytes: 7))
            ])
        #expect(try await store.attempts(of: JobID(rawValue: 1)).map(\.state) == [nil])
        #expect(try await store.storedBytes(of: JobID(rawValue: 2)) == 64)
        if version >= 2 { try await expectControl(in: store, all, version: version) }
        if version >= 4 {
            try await expectOwnership(in: store, all)
        } else {
            #expect(all.allSatisfy { $0.owner == nil })
        }

        // The ids go on behind those that were deleted.
        let newest = try await store.newestEvent()
        let added = try await store.submit(JobSpec(command: .shell("true")))
        let newID = newID(version)
        #expect(added.id.rawValue == newID)
        #expect(added.cursor > newest)
        try await expectOn(store, version: version)
    }

    /// From the second version on.
    private static func expectControl(
        in store: Store, _ all: [Job], version: Int
    ) async throws {
        let jobs = Array(all.dropLast(4).reversed().prefix(8))
        if version >= 3 {
            #expect(all.first { $0.id.rawValue == 14 }?.spec == watchedSpec)
        }
        #expect(jobs.map(\.id.rawValue) == Array(6...13))
        #expect(jobs.map(\.spec) == controlledSpecs)
        #expect(
            jobs.map(\.state)
                == [.waiting, .waiting, .waiting, .paused, .queued, .waiting, .waiting, .failed])
        #expect(
            jobs.map(\.waitingFor) == [.retry, .time, .jobs, nil, nil, .jobs, .jobs, nil])
        #expect(
            jobs.prefix(3).map { $0.eligibleAt?.microseconds }
                == [6_500_000, 86_400_000_000, nil])
        #expect(jobs[0].failure == .stalled && jobs[0].signal == 9)
        #expect(jobs[0].granted == ["gpu": .names(["0"]), "mem_gb": .amount(8)])
        #expect(jobs.map(\.attempt) == [1, 0, 0, 1, 1, 0, 0, 0])
        #expect(jobs.map(\.attemptLimit) == [2, 1, 1, 1, 4, 1, 1, 1])
        #expect(jobs[7].failure == .dependency && jobs[7].error?.contains("Job 2,") == true)
        #expect(
            try await store.attempts(of: JobID(rawValue: 6)).map(\.error) == ["It stood still."])

        let paused = try #require(try await store.activeAttempts().last)
        #expect(paused.attempt == first(9) && paused.granted == ["mem_gb": .amount(4)])
        #expect(
            paused.orders
                == AttemptOrders(
                    isPaused: true, signals: [SignalOrder(id: 1, signal: 10, isForTree: true)]))
        #expect(try await store.isInputEnded(of: JobID(rawValue: 9)))
        let queue = Queue(
            name: "gpu", slots: 3, isPaused: true,
            resources: ["gpu": .names(["0", "1"]), "mem_gb": .count(24)])
        #expect(
            try await store.queue("gpu")
                == QueueStatus(
                    queue: queue, inUse: ["mem_gb": .amount(4)], running: 1, queued: 1,
                    waiting: version < 3 ? 5 : version < 4 ? 6 : 7))
        let again = try await store.submit(
            [Submission(JobSpec(command: .shell("x")))], asBatch: false, key: key)
        #expect(!again.isNew && again.jobs == [jobs[5], jobs[6]])
        let retried = try await store.events(of: JobID(rawValue: 10), after: .beginning, limit: 9)
        #expect(
            retried.map(\.content) == [.state(.queued), .state(.running), .state(.queued)])
        let failed = try await store.events(of: JobID(rawValue: 6), after: .beginning, limit: 9)
        #expect(
            failed.last?.content
                == .state(
                    Event.StateChange(
                        .waiting, waitingFor: .retry, signal: 9, failure: .stalled,
                        error: "It stood still.")))
    }

    /// From the fourth version on.
    private static func expectOwnership(in store: Store, _ all: [Job]) async throws {
        let jobs = Array(all.prefix(2))
        var specs = Array(ownedSpecs.reversed())
        specs[1].priority = 3
        #expect(jobs.map(\.spec) == specs)
        #expect(jobs.map(\.owner) == [.user(1000), .token("web")])
        #expect(jobs.map(\.state) == [.cancelled, .waiting])
        var filter = JobFilter()
        filter.owner = .token("web")
        #expect(try await store.jobs(matching: filter, before: nil, limit: 9) == [jobs[1]])
        let events =
            try await store.events(of: jobs[1].id, after: .beginning, limit: 9)
            + store.events(of: jobs[0].id, after: .beginning, limit: 9)
        #expect(
            events.map(\.content) == [
                .state(Event.StateChange(.waiting, waitingFor: .time)),
                .action(.change, .waiting), .state(.queued), .end(Event.End(state: .cancelled)),
            ])
        #expect(
            events.map(\.actor)
                == [.token("web"), .token("admin"), .user(1000), .token("admin")])
        let again = try await store.submit(
            [Submission(JobSpec(command: .shell("x")))], asBatch: false,
            key: IdempotencyKey(key: key.key, digest: [10]), by: .token("web"))
        #expect(!again.isNew && again.jobs == [jobs[1]])
        // The end will be that of whoever asked for it.
        let end = Outcome(state: .cancelled, time: Timestamp(microseconds: 8_000_000))
        try await store.finish(first(3), with: end, readings: [], consumed: 0)
        let cancelled = try await store.events(of: JobID(rawValue: 3), after: .beginning, limit: 9)
        #expect(cancelled.suffix(2).map(\.actor) == [.user(1000), .user(1000)])
        #expect(cancelled.dropLast().last?.content == .action(.cancel, .running))
    }

    /// Of the job that is submitted after all that there was.
    private static func newID(_ version: Int) -> Int64 {
        switch version {
        case 1: 6
        case 2: 14
        case 3: 15
        default: 17
        }
    }

    /// All goes on from there: what is due is woken, and what is queued runs.
    private static func expectOn(_ store: Store, version: Int) async throws {
        _ = try await store.setQueue(JobSpec.defaultQueue, QueueChange(slots: 9))
        if version >= 2 { _ = try await store.setQueue("gpu", QueueChange(isPaused: false)) }
        let claims = try await store.claim(bootID: "next", limit: 99).claims
        let expected: [(Int64, Int)] =
            version < 2
            ? [(5, 1), (6, 1)] : [(5, 1), (newID(version), 1), (6, 2), (10, 2)]
        #expect(
            claims.map(\.attempt)
                == expected.map { AttemptID(job: JobID(rawValue: $0.0), number: $0.1) })
    }
}
