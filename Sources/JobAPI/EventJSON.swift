package import JobModel

extension JSONWriter {
    /// An event, as the streams and the pages carry it.
    package mutating func value(_ event: Event) {
        object { json in
            json.member("id", event.id.rawValue)
            json.member("job", event.job.rawValue)
            json.member("time", event.time.rfc3339)
            switch event.content {
            case .state(let change):
                json.member("state", change.state.rawValue)
                json.member("attempt", event.attempt)
                if let reason = change.waitingFor {
                    json.member("waiting_for", reason.rawValue)
                }
                if let failure = change.failure {
                    json.member("exit_code", change.exitCode)
                    json.member("signal", change.signal)
                    json.member("failure", failure.rawValue)
                    json.member("error", change.error)
                }
            case .action(let action, let state):
                json.member("action", action.rawValue)
                json.member("state", state.rawValue)
                json.member("attempt", event.attempt)
            case .progress(let progress):
                json.member("attempt", event.attempt)
                json.members(of: progress)
            case .end(let end):
                json.member("state", end.state.rawValue)
                json.member("attempt", event.attempt)
                json.member("exit_code", end.exitCode)
                json.member("signal", end.signal)
                json.member("failure", end.failure?.rawValue)
                json.member("error", end.error)
            }
            if let actor = event.actor { json.member("by", actor.rawValue) }
        }
    }

    /// An estimate, as the streams carry it: like a reading, but without an id.
    mutating func value(estimate: StampedProgress, of attempt: AttemptID) {
        object { json in
            json.member("job", attempt.job.rawValue)
            json.member("time", estimate.time.rfc3339)
            json.member("attempt", attempt.number)
            json.members(of: estimate.progress)
        }
    }
}
