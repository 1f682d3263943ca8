/// Why a job failed, as the contract names it.
package enum Failure: String, CaseIterable, Sendable {
    /// The command exited with another code than 0.
    case exit
    /// A signal ended the command.
    case signal
    /// `timeout_seconds` were over.
    case timeout
    /// It neither wrote nor told progress for `stall_timeout_seconds`.
    case stalled
    /// The command could not be started: no such program, no such directory, …
    case unstartable
    /// A job that it was to come after did not succeed.
    case dependency
    /// It wrote more than `output_limit_bytes`.
    case outputLimit = "output_limit"
    /// Its supervisor did not live to say how it ended: killed, or the machine
    /// restarted.
    case lost
}

/// How an attempt ended.
package struct Outcome: Hashable, Sendable {
    /// The state this asks for; `cancelled` when the supervisor tore the
    /// attempt down because it was told to.
    package var state: JobState
    /// The command's exit code; nil when it did not exit by itself.
    package var exitCode: Int32?
    /// The number of the signal that ended the command.
    package var signal: Int32?
    /// Set when, and only when, `state` is `failed`.
    package var failure: Failure?
    /// A sentence for people that says what went wrong.
    package var error: String?
    /// What the attempt used; nil when nobody could tell.
    package var usage: Usage?
    /// When it ended.
    package var time: Timestamp
    /// How many microseconds the attempt took, pauses among them, by a clock that
    /// nobody sets; nil when nobody could tell.
    package var duration: Int64?

    package init(
        state: JobState, exitCode: Int32? = nil, signal: Int32? = nil, failure: Failure? = nil,
        error: String? = nil, usage: Usage? = nil, time: Timestamp, duration: Int64? = nil
    ) {
        self.state = state
        self.exitCode = exitCode
        self.signal = signal
        self.failure = failure
        self.error = error
        self.usage = usage
        self.time = time
        self.duration = duration
    }
}

/// What an attempt has used of the machine.
package struct Usage: Hashable, Sendable {
    /// Microseconds of processor time, user and system, of the command and
    /// everything it started.
    package var cpuMicroseconds: Int64
    /// The largest resident size that one of its processes had.
    package var maxRSSBytes: Int64
    /// What it wrote to standard output and error.
    package var outputBytes: Int64

    package init(cpuMicroseconds: Int64, maxRSSBytes: Int64, outputBytes: Int64) {
        self.cpuMicroseconds = cpuMicroseconds
        self.maxRSSBytes = maxRSSBytes
        self.outputBytes = outputBytes
    }
}
