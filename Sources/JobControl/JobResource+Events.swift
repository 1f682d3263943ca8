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
