package import JobModel

extension JSONWriter {
    /// An event, as the streams and the pages carry it.
    package mutating func value(_ event: Event) {
        object { json in
            json.member("id", event.id.rawValue)
            json.member("job", event.job.rawValue)
            json.member("time", event.time.rfc3339)
            switch event.content {
            case .state(let state):
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
        }
    }
}
