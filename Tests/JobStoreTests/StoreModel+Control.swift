import JobModel

@testable import JobStore

/// What is asked of jobs.
extension StoreModel {
    /// Asks for a job's end.
    mutating func cancel(
        _ id: JobID, signal: Int32?, grace: Int64?, by actor: Identity, at now: Timestamp
    ) throws(Refusal) -> Expected {
        let record = try record(id)
        switch record.job.state {
        case .succeeded, .failed: throw Refusal(code: .conflict)
        case .cancelled: return Expected()
        case .running, .paused:
            let action = added(id, now, .action(.cancel, record.job.state), by: actor)
            if let before = record.cancel {
                guard let grace, grace < before.grace else { return Expected() }
                let order = CancelOrder(signal: before.signal, grace: grace)
                records[id]?.cancel = order
            } else {
                records[id]?.job.cancelRequestedAt = now
                records[id]?.cancelActor = actor
                records[id]?.cancel = CancelOrder(
                    signal: signal ?? 15, grace: grace ?? record.job.spec.killGrace)
            }
            return Expected(own: [action])
        case .waiting, .queued:
            end(id, .cancelled, at: now)
            records[id]?.openNeeds = []
            records[id]?.job.cancelRequestedAt = now
            records[id]?.job.failure = nil
            records[id]?.job.error = nil
            let end = Event.End(
                state: .cancelled, exitCode: record.job.exitCode, signal: record.job.signal)
            return Expected(
                own: [added(id, now, .end(end), by: actor)], settled: settle(id, at: now))
        }
    }

    /// Lets a job stand still, or go on.
    mutating func setPaused(
        _ isPaused: Bool, _ id: JobID, by actor: Identity, at now: Timestamp
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
        return Expected(own: [added(id, now, .state(after), by: actor)])
    }

    /// Asks for a signal.
    mutating func signal(
        _ id: JobID, _ signal: Signal, by actor: Identity, at now: Timestamp
    ) throws(Refusal) -> Expected {
        let job = try record(id).job
        guard job.state.isActive else { throw Refusal(code: .conflict) }
        records[id]?.signals.append(signal)
        return Expected(own: [added(id, now, .action(.signal, job.state), by: actor)])
    }

    /// There is some of the input that comes later.
    mutating func beginInput(
        _ id: JobID, by actor: Identity, at now: Timestamp
    ) throws(Refusal) -> Expected {
        let job = try record(id).job
        if job.state.isFinished { return Expected() }
        return Expected(own: [added(id, now, .action(.input, job.state), by: actor)])
    }

    /// The input that comes later is complete.
    mutating func endInput(
        _ id: JobID, by actor: Identity, at now: Timestamp
    ) throws(Refusal) -> Expected {
        if try record(id).isInputEnded { return Expected() }
        records[id]?.isInputEnded = true
        return try beginInput(id, by: actor, at: now)
    }

    /// Runs a job again by hand.
    mutating func retry(
        _ id: JobID, by actor: Identity, at now: Timestamp
    ) throws(Refusal) -> Expected {
        var record = try record(id)
        if record.job.waitingFor == .retry {
            records[id]?.retryAt = nil
            return Expected(own: stand(id, at: now, by: actor))
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
        record.cancelActor = nil
        record.job.exitCode = nil
        record.job.signal = nil
        record.job.failure = nil
        record.job.error = nil
        records[id] = record
        return Expected(own: stand(id, at: now, by: actor))
    }

    /// Changes a job that has not started.
    mutating func update(
        _ id: JobID, _ change: JobChange, by actor: Identity, at now: Timestamp
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
        if let notBefore = change.notBefore {
            records[id]?.job.spec.notBefore = notBefore
            let own = stand(id, at: now, by: actor)
            if !own.isEmpty { return Expected(own: own) }
        }
        if records[id]?.job.spec == before.spec { return Expected() }
        return Expected(own: [added(id, now, .action(.change, before.state), by: actor)])
    }
}
