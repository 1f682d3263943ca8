import Foundation
import JobModel

@testable import JobStore

/// What a store should hold, kept in memory and written after the contract.
struct StoreModel {
    /// A job and what is known of it beside what everybody sees.
    struct Record {
        var job: Job
        /// What it waits for among `after`.
        var openNeeds: Set<JobID> = []
        /// When the pause after a failure is over.
        var retryAt: Timestamp?
        /// The number of the attempt after which the budget of attempts began.
        var budgetStart = 0
        var isInputEnded: Bool
        var cancel: CancelOrder?
        /// Who asked for that.
        var cancelActor: Identity?
        var signals: [Signal] = []
        var attempts: [Attempt] = []
        /// How far each attempt's journal has been consumed.
        var consumed: [UInt64] = []
        /// How long each attempt has stood still, in microseconds, but for a pause
        /// that is not over.
        var pausedTimes: [Int64] = []
        /// When that began.
        var pausedAt: Timestamp?
        /// Whether the newest attempt has told numbers.
        var isMeasured = false
    }

    /// A signal that has not been delivered.
    struct Signal: Equatable {
        var signal: Int32
        var isForTree: Bool
    }

    /// What was submitted under a key.
    struct Request {
        var owner: Identity
        var key: String
        var digest: [UInt8]
        var jobs: [JobID]
    }

    /// An event that should have been added, without its id. The sentence that
    /// says which job a dependency failed with is not foreseen.
    struct Added: Hashable {
        var job: JobID
        var attempt: Int
        var time: Timestamp
        var content: Event.Content
        /// Who caused it.
        var actor: Identity?
    }

    /// The events that an operation should have added.
    struct Expected {
        /// Of jobs whose time has come: first, in whatever order.
        var woken: [Added] = []
        /// What was asked for, in this order.
        var own: [Added] = []
        /// Of jobs that waited for others: last, each job's own in order.
        var settled: [Added] = []
    }

    /// An operation should be refused.
    struct Refusal: Error {
        let code: JobError.Code
    }

    var records: [JobID: Record] = [:]
    var queues: [String: Queue] = [JobSpec.defaultQueue: Queue(name: JobSpec.defaultQueue)]
    /// Queues that somebody has said the slots of.
    var queuesWithGivenSlots: Set<String> = []
    var requests: [Request] = []
    var events: [Event] = []
    /// The newest ids ever given, also those that have been deleted since.
    private(set) var newestEvent = EventID.beginning
    var newestJob = JobID(rawValue: 0)

    /// The newest first.
    var allJobs: [Job] { records.keys.sorted(by: >).compactMap { records[$0]?.job } }
    /// The oldest first.
    var active: [Job] {
        records.keys.sorted().compactMap { id in
            guard let job = records[id]?.job, job.state.isActive else { return nil }
            return job
        }
    }

    /// The job, or why it cannot be done.
    func record(_ id: JobID) throws(Refusal) -> Record {
        guard let record = records[id] else { throw Refusal(code: .jobNotFound) }
        return record
    }

    // MARK: Events

    /// Takes over the ids of what was added, and the sentences that say which job
    /// a dependency failed with; says whether the ids ascend.
    mutating func append(_ added: [Event]) -> Bool {
        var isAscending = true
        for event in added {
            if event.id <= newestEvent { isAscending = false }
            newestEvent = max(newestEvent, event.id)
            events.append(event)
            records[event.job]?.job.cursor = event.id
            if case .end(let end) = event.content, end.failure == .dependency {
                records[event.job]?.job.error = end.error
            }
        }
        return isAscending
    }

    /// Whether an event names a job that was needed and did not succeed, if it
    /// tells of a failed dependency.
    func isRightAboutDependencies(_ event: Event) -> Bool {
        guard case .end(let end) = event.content, end.failure == .dependency else { return true }
        let words = (end.error ?? "").split { !$0.isNumber }.compactMap { Int64($0) }
        let needs = records[event.job]?.job.spec.after ?? []
        return words.contains { word in
            guard let needed = records[JobID(rawValue: word)]?.job else { return false }
            return needs.contains(needed.id) && needed.state.isFinished
                && needed.state != .succeeded
        }
    }

    // MARK: Where jobs stand

    /// Puts a job that is to run where it belongs now.
    mutating func stand(
        _ id: JobID, at now: Timestamp, by actor: Identity? = nil
    ) -> [Added] {
        guard var record = records[id] else { return [] }
        let before = record.job
        let times = [record.retryAt, record.job.spec.notBefore].compactMap { $0 }
        if !record.openNeeds.isEmpty {
            record.job.waitingFor = .jobs
        } else if let retryAt = record.retryAt, retryAt > now {
            record.job.waitingFor = .retry
        } else if let notBefore = record.job.spec.notBefore, notBefore > now {
            record.job.waitingFor = .time
        } else {
            record.job.waitingFor = nil
        }
        record.job.state = record.job.waitingFor == nil ? .queued : .waiting
        switch record.job.waitingFor {
        case .time, .retry: record.job.eligibleAt = times.max()
        case .jobs, nil: record.job.eligibleAt = nil
        }
        records[id] = record
        let job = record.job
        if job.state == before.state, job.waitingFor == before.waitingFor { return [] }
        return [
            added(
                id, now, .state(Event.StateChange(job.state, waitingFor: job.waitingFor)),
                by: actor)
        ]
    }

    /// Tells those who wait for a job that has finished, and those who wait for
    /// them in turn.
    mutating func settle(_ id: JobID, at now: Timestamp) -> [Added] {
        guard let needed = records[id]?.job else { return [] }
        var events: [Added] = []
        let waiting = records.values.filter { $0.openNeeds.contains(id) }.map(\.job)
        for job in waiting.sorted(by: { $0.id < $1.id }) {
            // Another one that failed may have ended it by now.
            guard records[job.id]?.openNeeds.remove(id) != nil else { continue }
            if needed.state == .succeeded || job.spec.afterPolicy == .finished {
                if records[job.id]?.openNeeds.isEmpty == true {
                    events += stand(job.id, at: now)
                }
                continue
            }
            records[job.id]?.openNeeds = []
            end(job.id, .failed, at: now)
            records[job.id]?.job.failure = .dependency
            events.append(
                added(job.id, now, .end(Event.End(state: .failed, failure: .dependency))))
            events += settle(job.id, at: now)
        }
        return events
    }

    /// A job's end, as far as it is the same for all.
    mutating func end(_ id: JobID, _ state: JobState, at time: Timestamp) {
        records[id]?.job.state = state
        records[id]?.job.waitingFor = nil
        records[id]?.job.eligibleAt = nil
        records[id]?.job.finishedAt = time
        records[id]?.retryAt = nil
    }

    /// An event of a job's newest attempt.
    func added(
        _ id: JobID, _ time: Timestamp, _ content: Event.Content, by actor: Identity? = nil
    ) -> Added {
        Added(
            job: id, attempt: records[id]?.job.attempt ?? 0, time: time, content: content,
            actor: actor)
    }
}
