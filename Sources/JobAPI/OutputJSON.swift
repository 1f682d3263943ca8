import Foundation
package import JobModel

extension JSONWriter {
    /// A piece of output, as the output stream carries it. In `text`, what is not
    /// UTF-8 becomes U+FFFD; the bytes as they are then stand in `base64`.
    package mutating func output(
        _ bytes: ArraySlice<UInt8>, isError: Bool, at time: Timestamp
    ) {
        object { json in
            json.member("stream", isError ? "stderr" : "stdout")
            json.member("time", time.rfc3339)
            if let text = String(validating: bytes, as: UTF8.self) {
                json.member("text", text)
            } else {
                json.member("text", String(decoding: bytes, as: UTF8.self))
                json.member("base64", Data(bytes).base64EncodedString())
            }
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
