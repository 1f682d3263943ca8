package import JobModel

extension JSONWriter {
    /// A piece of output, as the output stream carries it. Bytes that are not
    /// UTF-8 become U+FFFD; the raw output has them as they are.
    package mutating func output(
        _ bytes: ArraySlice<UInt8>, isError: Bool, at time: Timestamp
    ) {
        object { json in
            json.member("stream", isError ? "stderr" : "stdout")
            json.member("time", time.rfc3339)
            json.key("text")
            bytes.withUnsafeBytes { json.value(text: $0) }
        }
    }

    /// How a job ended, as the output stream's last event says it.
    package mutating func outputEnd(_ job: Job) {
        object { json in
            json.member("job", job.id.rawValue)
            json.member("time", job.finishedAt?.rfc3339)
            json.member("state", job.state.rawValue)
            json.member("attempt", job.attempt)
            json.member("exit_code", job.exitCode)
            json.member("signal", job.signal)
            json.member("failure", job.failure?.rawValue)
            json.member("error", job.error)
        }
    }
}
