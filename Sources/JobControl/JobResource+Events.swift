import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JobResource {
    /// Brings the job up to date with an event of its own.
    mutating func apply(_ event: EventResource) {
        cursor = event.id
        if let attempt = event.attempt, attempt > self.attempt { self.attempt = attempt }
        switch event.content {
        case .state(let state):
            // A new attempt starts with no reading; one that is continued keeps it.
            if self.state != .paused, state != .paused {
                progress = nil
                if state == .running { startedAt = event.time }
            }
            if state == .running, self.state != .paused {
                // A new attempt: what the one before ended with is over.
                exitCode = nil
                signal = nil
                failure = nil
                error = nil
            }
            if let end = event.attemptEnd {
                exitCode = end.exitCode
                signal = end.signal
                failure = end.failure
                error = end.error
            }
            finishedAt = nil
            // An estimate stands still with the job.
            if self.state == .running, state == .paused {
                progress = progress?.advanced(to: event.time.timeIntervalSince1970)
            } else if self.state == .paused, state == .running, progress?.isEstimate == true {
                progress?.time = event.time
            }
            waitingFor = event.waitingFor
            // Only the job itself tells until when.
            eligibleAt = nil
            self.state = state
        case .action: break
        case .progress(let progress):
            // A message alone says nothing against an estimate, which has it too.
            if let estimate = self.progress, estimate.isEstimate, progress.fraction == nil,
                progress.done == nil
            {
                self.progress?.message = progress.message
            } else {
                self.progress = progress
            }
        case .end(let end):
            state = end.state
            exitCode = end.exitCode
            signal = end.signal
            failure = end.failure
            error = end.error
            finishedAt = event.time
        }
    }

    /// Takes an estimate of how far it is.
    mutating func apply(_ estimate: EstimateResource) {
        progress = estimate.progress
        progress?.time = estimate.time
    }
}
