/// One execution of a job, as the history keeps it.
package struct Attempt: Hashable, Sendable {
    package var number: Int
    package var startedAt: Timestamp
    package var finishedAt: Timestamp?
    /// What it came to: `succeeded`, `failed` or `cancelled`; nil while it runs.
    package var state: JobState?
    package var exitCode: Int32?
    package var signal: Int32?
    package var failure: Failure?
    package var error: String?
    package var usage: Usage?
    /// What it was given of its queue's resources.
    package var granted: [String: Grant]

    package init(
        number: Int, startedAt: Timestamp, finishedAt: Timestamp? = nil,
        state: JobState? = nil, exitCode: Int32? = nil, signal: Int32? = nil,
        failure: Failure? = nil, error: String? = nil, usage: Usage? = nil,
        granted: [String: Grant] = [:]
    ) {
        self.number = number
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.state = state
        self.exitCode = exitCode
        self.signal = signal
        self.failure = failure
        self.error = error
        self.usage = usage
        self.granted = granted
    }
}
