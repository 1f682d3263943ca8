import JobAPI

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
            waitingFor = event.waitingFor
            // Only the job itself tells until when.
            eligibleAt = nil
            self.state = state
        case .progress(let progress): self.progress = progress
        case .end(let end):
            state = end.state
            exitCode = end.exitCode
            signal = end.signal
            failure = end.failure
            error = end.error
            finishedAt = event.time
        }
    }
}
