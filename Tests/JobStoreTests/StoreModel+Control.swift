import JobModel

@testable import JobStore

/// What is asked of jobs.
extension StoreModel {
    /// Asks for a job's end.
    mutating func cancel(
        _ id: JobID, signal: Int32?, grace: Int64?, at now: Timestamp
    ) throws(Refusal) -> Expected {
        let record = try record(id)
        switch record.job.state {
        case .succeeded, .failed: throw Refusal(code: .conflict)
        case .cancelled: return Expected()
        case .running, .paused:
            if let before = record.cancel {
                let order = CancelOrder(
                    signal: before.signal, grace: min(before.grace, grace ?? before.grace))
                records[id]?.cancel = order
            } else {
                records[id]?.job.cancelRequestedAt = now
                records[id]?.cancel = CancelOrder(
                    signal: signal ?? 15, grace: grace ?? record.job.spec.killGrace)
            }
            return Expected()
        case .waiting, .queued:
            end(id, .cancelled, at: now)
            records[id]?.openNeeds = []
            records[id]?.job.cancelRequestedAt = now
            records[id]?.job.failure = nil
            records[id]?.job.error = nil
            let end = Event.End(
                state: .cancelled, exitCode: record.job.exitCode, signal: record.job.signal)
            return Expected(own: [added(id, now, .end(end))], settled: settle(id, at: now))
        }
    }

    /// Lets a job stand still, or go on.
    mutating func setPaused(
        _ isPaused: Bool, _ id: JobID, at now: Timestamp
    ) throws(Refusal) -> Expected {
        var record = try record(id)
        guard record.job.state.isActive else { throw Refusal(code: .conflict) }
        let after: JobState = isPaused ? .paused : .running
        if after == record.job.state { return Expected() }
        record.job.state = after
        if let start = record.pausedAt {
            record.pausedTimes[record.job.attempt - 1] += max(0, now - start)
        }
        record.pausedAt = isPaused ? now : nil
        records[id] = record
        return Expected(own: [added(id, now, .state(after))])
    }

    /// Asks for a signal.
    mutating func signal(_ id: JobID, _ signal: Signal) throws(Refusal) -> Expected {
        guard try record(id).job.state.isActive else { throw Refusal(code: .conflict) }
        records[id]?.signals.append(signal)
        return Expected()
    }

    /// The input that comes later is complete.
    mutating func endInput(_ id: JobID) throws(Refusal) -> Expected {
        _ = try record(id)
        records[id]?.isInputEnded = true
        return Expected()
    }

    /// Runs a job again by hand.
    mutating func retry(_ id: JobID, at now: Timestamp) throws(Refusal) -> Expected {
        var record = try record(id)
        if record.job.waitingFor == .retry {
            records[id]?.retryAt = nil
            return Expected(own: stand(id, at: now))
        }
        guard record.job.state.isFinished, let queue = queues[record.job.spec.queue],
            misfits(record.job.spec.resources, in: queue).isEmpty
        else { throw Refusal(code: .conflict) }
        // What has never started has not had what it comes after.
        if record.job.attempt == 0 {
            for needed in record.job.spec.after {
                guard let state = records[needed]?.job.state else { continue }
                if !state.isFinished {
                    record.openNeeds.insert(needed)
                } else if state != .succeeded, record.job.spec.afterPolicy == .succeeded {
                    throw Refusal(code: .conflict)
                }
            }
        }
        record.budgetStart = record.job.attempt
        record.job.attemptLimit = record.job.attempt + (record.job.spec.retry?.maxAttempts ?? 1)
        record.job.finishedAt = nil
        record.job.cancelRequestedAt = nil
        record.cancel = nil
        record.job.exitCode = nil
        record.job.signal = nil
        record.job.failure = nil
        record.job.error = nil
        records[id] = record
        return Expected(own: stand(id, at: now))
    }

    /// Changes a job that has not started.
    mutating func update(
        _ id: JobID, _ change: JobChange, at now: Timestamp
    ) throws(Refusal) -> Expected {
        let before = try record(id).job
        guard before.state == .waiting || before.state == .queued else {
            throw Refusal(code: .conflict)
        }
        if let name = change.queue {
            guard let queue = queues[name], misfits(before.spec.resources, in: queue).isEmpty
            else { throw Refusal(code: .invalidSpec) }
            records[id]?.job.spec.queue = name
        }
        if let priority = change.priority { records[id]?.job.spec.priority = priority }
        if let labels = change.labels { records[id]?.job.spec.labels = labels }
        guard let notBefore = change.notBefore else { return Expected() }
        records[id]?.job.spec.notBefore = notBefore
        return Expected(own: stand(id, at: now))
    }
}
