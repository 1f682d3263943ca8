package import JobModel

extension JSONWriter {
    /// One of a job's attempts.
    package mutating func value(_ attempt: Attempt, of job: JobID) {
        object { json in
            json.member("number", attempt.number)
            json.member("outcome", attempt.state?.rawValue)
            json.member("started_at", attempt.startedAt.rfc3339)
            json.member("finished_at", attempt.finishedAt?.rfc3339)
            json.member("exit_code", attempt.exitCode)
            json.member("signal", attempt.signal)
            json.member("failure", attempt.failure?.rawValue)
            json.member("error", attempt.error)
            json.member(usage: attempt.usage)
            json.member(granted: attempt.granted)
            json.key("links")
            json.object {
                $0.member("output", Link.output(of: job, attempt: attempt.number))
            }
        }
    }
}
