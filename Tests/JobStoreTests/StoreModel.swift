import JobModel
import JobStore

/// What a store should hold, kept in memory and written after the contract.
struct StoreModel {
    /// What is known of the newest attempt.
    struct Attempt {
        var consumed: UInt64 = 0
        var signal: Int32?
        var grace: Int64?
    }

    /// An event that should have been added, without its id.
    struct Added: Equatable {
        var job: JobID
        var attempt: Int
        var time: Timestamp
        var content: Event.Content
    }

    private(set) var jobs: [JobID: Job] = [:]
    private(set) var attempts: [JobID: Attempt] = [:]
    private(set) var events: [Event] = []
    /// The newest ids ever given, also those that have been deleted since.
    private(set) var newestEvent = EventID.beginning
    private(set) var newestJob = JobID(rawValue: 0)
    var slots = 1

    /// The newest first.
    var allJobs: [Job] { jobs.values.sorted { $0.id > $1.id } }
    var active: [Job] { allJobs.filter(\.state.isActive).reversed() }

    /// Takes over the ids of what was added; says whether they ascend.
    mutating func append(_ added: [Event]) -> Bool {
        var isAscending = true
        for event in added {
            if event.id <= newestEvent { isAscending = false }
            newestEvent = max(newestEvent, event.id)
            events.append(event)
            jobs[event.job]?.cursor = event.id
        }
        return isAscending
    }

    mutating func submit(_ spec: JobSpec, as id: JobID, at now: Timestamp) -> [Added] {
        newestJob = max(newestJob, id)
        jobs[id] = Job(
            id: id, spec: spec, state: .queued, attempt: 0, createdAt: now, cursor: .beginning)
        return [Added(job: id, attempt: 0, time: now, content: .state(.queued))]
    }

    mutating func claim(limit: Int, at now: Timestamp) -> [Added] {
        let free = max(0, min(limit, slots - active.count))
        let chosen = allJobs.reversed().filter { $0.state == .queued }.prefix(free)
        return chosen.map { job in
            jobs[job.id]?.state = .running
            jobs[job.id]?.attempt = job.attempt + 1
            jobs[job.id]?.startedAt = now
            attempts[job.id] = Attempt()
            return Added(
                job: job.id, attempt: job.attempt + 1, time: now, content: .state(.running))
        }
    }

    mutating func record(
        _ readings: [StampedProgress], of attempt: AttemptID, consumed: UInt64
    ) -> [Added] {
        guard let job = jobs[attempt.job], job.attempt == attempt.number, job.state.isActive else {
            return []
        }
        attempts[job.id]?.consumed = consumed
        if let last = readings.last { jobs[job.id]?.progress = last }
        return readings.map {
            Added(
                job: job.id, attempt: attempt.number, time: $0.time,
                content: .progress($0.progress))
        }
    }

    mutating func finish(
        _ attempt: AttemptID, with outcome: Outcome, readings: [StampedProgress], consumed: UInt64
    ) -> [Added] {
        guard var job = jobs[attempt.job], job.attempt == attempt.number, job.state.isActive,
            let started = job.startedAt
        else { return [] }
        var added = record(readings, of: attempt, consumed: consumed)
        job.progress = readings.last ?? job.progress
        job.state = job.cancelRequestedAt == nil ? outcome.state : .cancelled
        job.finishedAt = max(started, outcome.time)
        job.exitCode = outcome.exitCode
        job.signal = outcome.signal
        job.failure = job.state == .failed ? outcome.failure : nil
        job.error = job.state == .failed ? outcome.error : nil
        job.usage = outcome.usage
        jobs[job.id] = job
        let end = Event.End(
            state: job.state, exitCode: job.exitCode, signal: job.signal, failure: job.failure,
            error: job.error)
        added.append(
            Added(
                job: job.id, attempt: attempt.number, time: max(started, outcome.time),
                content: .end(end)))
        return added
    }

    /// Nil when it should be refused.
    mutating func cancel(
        _ id: JobID, signal: Int32?, grace: Int64?, at now: Timestamp
    ) -> [Added]? {
        guard let job = jobs[id] else { return nil }
        switch job.state {
        case .succeeded, .failed: return nil
        case .cancelled: return []
        case .running, .paused:
            if job.cancelRequestedAt == nil { jobs[id]?.cancelRequestedAt = now }
            let earlier = attempts[id]
            attempts[id]?.signal = earlier?.signal ?? signal ?? 15
            if let before = earlier?.grace {
                attempts[id]?.grace = min(before, grace ?? before)
            } else {
                attempts[id]?.grace = grace ?? job.spec.killGrace
            }
            return []
        case .waiting, .queued:
            jobs[id]?.state = .cancelled
            jobs[id]?.cancelRequestedAt = now
            jobs[id]?.finishedAt = now
            return [
                Added(
                    job: id, attempt: job.attempt, time: now,
                    content: .end(Event.End(state: .cancelled)))
            ]
        }
    }

    /// Whether it should be accepted.
    mutating func delete(_ id: JobID) -> Bool {
        guard let job = jobs[id], job.state.isFinished else { return false }
        jobs[id] = nil
        attempts[id] = nil
        events.removeAll { $0.job == id }
        return true
    }

    func jobs(matching filter: JobFilter) -> [Job] {
        allJobs.filter { job in
            func contains(_ text: String?) -> Bool {
                guard let text, let wanted = filter.text else { return false }
                return text.lowercased().contains(wanted.lowercased())
            }
            let words: [String] =
                switch job.spec.command {
                case .arguments(let arguments): arguments
                case .shell(let line): [line]
                }
            return (filter.states.isEmpty || filter.states.contains(job.state))
                && (filter.queue == nil || filter.queue == job.spec.queue)
                && (filter.name == nil || filter.name == job.spec.name)
                && filter.labels.allSatisfy { job.spec.labels[$0.key] == $0.value }
                && (filter.text == nil || contains(job.spec.name)
                    || words.contains { contains($0) })
        }
    }

    func events(matching filter: EventFilter) -> [Event] {
        events.filter { event in
            guard let job = jobs[event.job] else { return false }
            let state: JobState =
                switch event.content {
                case .state(let state): state
                case .progress: .running
                case .end(let end): end.state
                }
            return (filter.states.isEmpty || filter.states.contains(state))
                && (filter.queue == nil || filter.queue == job.spec.queue)
                && filter.labels.allSatisfy { job.spec.labels[$0.key] == $0.value }
        }
    }
}
