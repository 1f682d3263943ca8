import Foundation
import JobModel

@testable import JobStore

/// Whose turn it is, and what becomes of attempts.
extension StoreModel {
    /// Wakes what is due and gives slots.
    ///
    /// - Returns: also who gets one, in their order. Which of the names of a
    ///   resource each is given is left to the store: `accept` looks at it.
    mutating func claim(limit: Int, at now: Timestamp) -> (expected: Expected, chosen: [AttemptID])
    {
        var expected = Expected()
        for job in allJobs {
            guard let eligibleAt = job.eligibleAt, eligibleAt <= now else { continue }
            records[job.id]?.job.state = .queued
            records[job.id]?.job.waitingFor = nil
            records[job.id]?.job.eligibleAt = nil
            expected.woken.append(added(job.id, now, .state(.queued)))
        }
        let chosen = choose(limit: limit)
        for id in chosen {
            guard var record = records[id] else { continue }
            record.job.state = .running
            record.job.attempt += 1
            record.job.startedAt = now
            record.job.exitCode = nil
            record.job.signal = nil
            record.job.failure = nil
            record.job.error = nil
            record.job.usage = nil
            record.job.progress = nil
            record.job.granted = [:]
            record.retryAt = nil
            record.attempts.append(Attempt(number: record.job.attempt, startedAt: now))
            record.consumed.append(0)
            record.pausedTimes.append(0)
            record.isMeasured = false
            records[id] = record
            expected.own.append(added(id, now, .state(.running)))
        }
        return (
            expected, chosen.map { AttemptID(job: $0, number: records[$0]?.job.attempt ?? 0) }
        )
    }

    /// Who would get a slot now: of each queue by priority, then the oldest.
    func choose(limit: Int) -> [JobID] {
        var chosen: [JobID] = []
        for queue in queues.values.sorted(by: { $0.name < $1.name }) where !queue.isPaused {
            let jobs = records.values.map(\.job).filter { $0.spec.queue == queue.name }
            var slots = queue.slots - jobs.filter(\.state.isActive).count
            var left = queue.resources.mapValues { _ in Int64(0) }
            for name in left.keys { left[name] = free(name, in: queue, jobs) }
            var kept: Set<String> = []
            let line = jobs.filter { $0.state == .queued }
                .sorted { ($1.spec.priority, $0.id) < ($0.spec.priority, $1.id) }
            for job in line where slots > 0 && chosen.count < limit {
                let needs = job.spec.resources
                let isFree = needs.allSatisfy { name, amount in
                    !kept.contains(name) && amount <= left[name, default: 0]
                }
                if isFree {
                    for (name, amount) in needs { left[name, default: 0] -= amount }
                    chosen.append(job.id)
                    slots -= 1
                } else {
                    kept.formUnion(needs.keys)
                }
            }
        }
        return chosen
    }

    /// How much of a resource nobody has.
    private func free(_ name: String, in queue: Queue, _ jobs: [Job]) -> Int64 {
        let granted = jobs.filter(\.state.isActive).compactMap { $0.granted[name] }
        switch queue.resources[name] {
        case .count(let count)?:
            return count - granted.reduce(0) { $0 + Self.size($1) }
        case .names(let names)?:
            let free = Set(names).subtracting(granted.flatMap(Self.names))
            // What was a number when it was given has no names.
            return Int64(free.count)
                - granted.reduce(0) { $0 + (Self.names($1).isEmpty ? Self.size($1) : 0) }
        case nil:
            return 0
        }
    }

    /// Takes over what a job was given, if that is what it needs and nobody else
    /// has it; says whether it is.
    mutating func accept(_ granted: [String: Grant], of attempt: AttemptID) -> Bool {
        guard let job = records[attempt.job]?.job, let queue = queues[job.spec.queue],
            Set(granted.keys) == Set(job.spec.resources.keys)
        else { return false }
        for (name, amount) in job.spec.resources {
            switch (queue.resources[name], granted[name]) {
            case (.count?, .amount(amount)?): break
            case (.names(let all)?, .names(let names)?):
                let others = records.values.map(\.job).filter {
                    $0.state.isActive && $0.spec.queue == queue.name && $0.id != job.id
                }
                let taken = others.compactMap { $0.granted[name] }.flatMap(Self.names)
                guard Int64(names.count) == amount, Set(names).count == names.count,
                    Set(names).isSubset(of: all), Set(names).isDisjoint(with: taken)
                else { return false }
            case (_, _): return false
            }
        }
        records[job.id]?.job.granted = granted
        records[job.id]?.attempts[attempt.number - 1].granted = granted
        return true
    }

    /// How many a grant is.
    static func size(_ grant: Grant) -> Int64 {
        switch grant {
        case .amount(let amount): amount
        case .names(let names): Int64(names.count)
        }
    }

    /// The names that were given.
    static func names(_ grant: Grant) -> [String] {
        switch grant {
        case .amount: []
        case .names(let names): names
        }
    }

    /// Notes readings.
    mutating func record(
        _ readings: [StampedProgress], of attempt: AttemptID, consumed: UInt64
    ) -> Expected {
        guard let job = records[attempt.job]?.job, job.attempt == attempt.number,
            job.state.isActive
        else { return Expected() }
        records[job.id]?.consumed[attempt.number - 1] = consumed
        if readings.contains(where: { $0.progress.fraction != nil || $0.progress.done != nil }) {
            records[job.id]?.isMeasured = true
        }
        if let last = readings.last { records[job.id]?.job.progress = last }
        return Expected(own: readings.map { added(job.id, $0.time, .progress($0.progress)) })
    }

    /// Ends an attempt, and perhaps its job.
    mutating func finish(
        _ attempt: AttemptID, with outcome: Outcome, readings: [StampedProgress],
        consumed: UInt64, chance: Double, at now: Timestamp
    ) -> Expected {
        var expected = record(readings, of: attempt, consumed: consumed)
        guard var record = records[attempt.job], record.job.attempt == attempt.number,
            record.job.state.isActive, let started = record.job.startedAt
        else { return expected }
        let time = max(started, outcome.time)
        let isCancelled = record.job.cancelRequestedAt != nil || outcome.state == .cancelled
        let state = isCancelled ? .cancelled : outcome.state
        let failure = state == .failed ? outcome.failure : nil
        let error = state == .failed ? outcome.error : nil

        record.signals = []
        record.pausedTimes[attempt.number - 1] += record.pausedAt.map { max(0, time - $0) } ?? 0
        record.pausedAt = nil
        let index = attempt.number - 1
        record.attempts[index].finishedAt = time
        record.attempts[index].state = state
        record.attempts[index].exitCode = outcome.exitCode
        record.attempts[index].signal = outcome.signal
        record.attempts[index].failure = failure
        record.attempts[index].error = error
        record.attempts[index].usage = outcome.usage
        record.job.exitCode = outcome.exitCode
        record.job.signal = outcome.signal
        record.job.failure = failure
        record.job.error = error
        record.job.usage = outcome.usage

        let failures = attempt.number - record.budgetStart
        if let retry = record.job.spec.retry, let failure, retry.on.contains(failure),
            failures < retry.maxAttempts
        {
            let retryAt = min(outcome.time, now) + Self.pause(retry, failures, chance)
            record.retryAt = retryAt
            record.job.state = .waiting
            record.job.waitingFor = .retry
            record.job.eligibleAt = [retryAt, record.job.spec.notBefore].compactMap { $0 }.max()
            records[attempt.job] = record
            expected.own.append(
                added(
                    attempt.job, time,
                    .state(
                        Event.StateChange(
                            .waiting, waitingFor: .retry, exitCode: outcome.exitCode,
                            signal: outcome.signal, failure: failure, error: error))))
            return expected
        }
        records[attempt.job] = record
        end(attempt.job, state, at: time)
        expected.own.append(
            added(
                attempt.job, time,
                .end(
                    Event.End(
                        state: state, exitCode: outcome.exitCode, signal: outcome.signal,
                        failure: failure, error: error)),
                by: state == .cancelled ? record.cancelActor : nil))
        expected.settled = settle(attempt.job, at: now)
        return expected
    }

    /// min(backoff·factor^(n-1), max), and up to a fifth of it.
    private static func pause(_ retry: RetryPolicy, _ failures: Int, _ chance: Double) -> Int64 {
        let grown = Double(retry.backoff) * pow(retry.factor, Double(failures - 1))
        return Int64(min(grown, Double(retry.maxBackoff)) * (1 + 0.2 * chance))
    }
}
