import JobModel

@testable import JobStore

/// Submitting and removing jobs.
extension StoreModel {
    /// What was submitted before under the same key, as it is now; nil when
    /// nothing was.
    func submitted(
        under key: IdempotencyKey?, by owner: Identity
    ) throws(Refusal) -> [Job]? {
        guard let key,
            let request = requests.first(where: { $0.key == key.key && $0.owner == owner })
        else { return nil }
        guard request.digest == key.digest else { throw Refusal(code: .idempotencyConflict) }
        return request.jobs.compactMap { records[$0]?.job }
    }

    /// What is wrong with jobs that are to be submitted, by the names of their
    /// fields.
    ///
    /// - Parameter visibleOwner: the jobs of others do not exist; nil: all do.
    func errors(
        of submissions: [Submission], isBatch: Bool, seeingOnly visibleOwner: Identity?
    ) -> [String] {
        var errors: [String] = []
        for (index, submission) in submissions.enumerated() {
            let prefix = isBatch ? "jobs[\(index)]." : ""
            let spec = submission.spec
            if let queue = queues[spec.queue] {
                errors += misfits(spec.resources, in: queue).map { "\(prefix)resources.\($0)" }
            } else {
                errors.append(prefix + "queue")
            }
            errors += spec.after.filter { id in
                guard let job = records[id]?.job else { return true }
                return visibleOwner != nil && job.owner != visibleOwner
            }.map { _ in prefix + "after" }
        }
        return errors
    }

    /// Adds jobs that have nothing wrong with them.
    mutating func submit(
        _ submissions: [Submission], first: JobID, key: IdempotencyKey?, by owner: Identity,
        at now: Timestamp
    ) -> Expected {
        let ids = submissions.indices.map { JobID(rawValue: first.rawValue + Int64($0)) }
        var expected = Expected()
        for (id, submission) in zip(ids, submissions) {
            var spec = submission.spec
            spec.after = Set(spec.after + submission.siblings.map { ids[$0] }).sorted()
            // As it is before it stands anywhere, which is an event then.
            var record = Record(
                job: Job(
                    id: id, spec: spec, owner: owner, state: .running, attempt: 0, createdAt: now,
                    cursor: .beginning), isInputEnded: spec.stdin != nil)
            record.openNeeds = Set(spec.after)
            records[id] = record
            expected.own += stand(id, at: now, by: owner)
        }
        let needed = Set(ids.flatMap { records[$0]?.job.spec.after ?? [] }).sorted()
        for id in needed where records[id]?.job.state.isFinished == true && id < first {
            expected.settled += settle(id, at: now)
        }
        newestJob = ids.last ?? newestJob
        if let key {
            requests.append(Request(owner: owner, key: key.key, digest: key.digest, jobs: ids))
        }
        return expected
    }

    /// Deletes a job and what is known of it.
    mutating func delete(_ id: JobID) throws(Refusal) -> Expected {
        guard try record(id).job.state.isFinished else { throw Refusal(code: .conflict) }
        records[id] = nil
        events.removeAll { $0.job == id }
        requests = requests.filter { $0.jobs.first != id }
        return Expected()
    }
}
