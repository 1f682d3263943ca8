import JobModel

@testable import JobStore

/// Lists, pages, and what may be pruned.
extension StoreModel {
    /// The jobs that a filter admits, the newest first.
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
                && (filter.owner == nil || filter.owner == job.owner)
                && filter.labels.allSatisfy { job.spec.labels[$0.key] == $0.value }
                && (filter.text == nil || contains(job.spec.name)
                    || words.contains { contains($0) })
        }
    }

    /// The events that a filter admits.
    func events(matching filter: EventFilter) -> [Event] {
        events.filter { event in
            guard let job = records[event.job]?.job else { return false }
            let state: JobState =
                switch event.content {
                case .state(let change): change.state
                case .progress: .running
                case .action(_, let state): state
                case .end(let end): end.state
                }
            return (filter.states.isEmpty || filter.states.contains(state))
                && (filter.queue == nil || filter.queue == job.spec.queue)
                && (filter.owner == nil || filter.owner == job.owner)
                && filter.labels.allSatisfy { job.spec.labels[$0.key] == $0.value }
        }
    }

    /// A job's history, in which the end is the last.
    func events(of id: JobID) -> [Event] {
        let all = events.filter { $0.job == id }
        return all.filter { event in
            if case .end = event.content { event.id == all.last?.id } else { true }
        }
    }

    /// In the order of their ends.
    private var finished: [Job] {
        allJobs.filter(\.state.isFinished)
            .sorted { (Self.end($0), $0.id) < (Self.end($1), $1.id) }
    }

    private static func end(_ job: Job) -> Timestamp {
        job.finishedAt ?? Timestamp(microseconds: 0)
    }

    /// How much output a job has left.
    func bytes(_ id: JobID) -> Int64 {
        Int64(records[id]?.consumed.reduce(0, +) ?? 0)
    }

    /// What a retention does not keep, the oldest first.
    func prunable(_ retention: Retention, at now: Timestamp) -> [JobID] {
        var kept = finished
        var bytes = kept.reduce(0) { $0 + self.bytes($1.id) }
        var removed: [JobID] = []
        while let oldest = kept.first {
            let isTooOld = retention.age.map { now - Self.end(oldest) > $0 } ?? false
            let areTooMany = retention.jobs.map { kept.count > $0 } ?? false
            let takeTooMuch = retention.bytes.map { bytes > $0 } ?? false
            guard isTooOld || areTooMany || takeTooMuch else { break }
            kept.removeFirst()
            bytes -= self.bytes(oldest.id)
            removed.append(oldest.id)
        }
        return removed
    }

    /// What somebody wants pruned, the oldest first.
    func prunable(
        matching filter: JobFilter, olderThan age: Int64?, keep: Int?, at now: Timestamp
    ) -> [JobID] {
        let admitted = Set(jobs(matching: filter).map(\.id))
        return finished.dropLast(keep ?? 0).filter { job in
            admitted.contains(job.id) && (age.map { now - Self.end(job) > $0 } ?? true)
        }.map(\.id)
    }
}
