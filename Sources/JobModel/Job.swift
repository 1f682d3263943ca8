/// A job as it stands.
package struct Job: Hashable, Sendable {
    package var id: JobID
    package var spec: JobSpec
    /// Who submitted it; nil when that was not kept yet.
    package var owner: Identity?
    package var state: JobState
    /// What a waiting job waits for.
    package var waitingFor: WaitReason?
    /// When a job that waits for a time or for its retry becomes eligible.
    package var eligibleAt: Timestamp?
    /// The number of the newest attempt; 0 before the first.
    package var attempt: Int
    /// The number of the last attempt that a failure leads to by itself.
    package var attemptLimit: Int
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// When somebody asked for its end; it may still be winding down.
    package var cancelRequestedAt: Timestamp?
    package var exitCode: Int32?
    package var signal: Int32?
    package var failure: Failure?
    package var error: String?
    /// The newest reading of the newest attempt; while that has told no numbers, an
    /// estimate, if there is one.
    package var progress: StampedProgress?
    package var usage: Usage?
    /// What the newest attempt was given of its queue's resources.
    package var granted: [String: Grant]
    /// The id of the job's newest event.
    package var cursor: EventID

    package init(
        id: JobID, spec: JobSpec, owner: Identity? = nil, state: JobState,
        waitingFor: WaitReason? = nil,
        eligibleAt: Timestamp? = nil, attempt: Int, attemptLimit: Int? = nil, createdAt: Timestamp,
        startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil,
        cancelRequestedAt: Timestamp? = nil, exitCode: Int32? = nil, signal: Int32? = nil,
        failure: Failure? = nil, error: String? = nil, progress: StampedProgress? = nil,
        usage: Usage? = nil, granted: [String: Grant] = [:], cursor: EventID
    ) {
        self.id = id
        self.spec = spec
        self.owner = owner
        self.state = state
        self.waitingFor = waitingFor
        self.eligibleAt = eligibleAt
        self.attempt = attempt
        self.attemptLimit = attemptLimit ?? spec.retry?.maxAttempts ?? 1
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.cancelRequestedAt = cancelRequestedAt
        self.exitCode = exitCode
        self.signal = signal
        self.failure = failure
        self.error = error
        self.progress = progress
        self.usage = usage
        self.granted = granted
        self.cursor = cursor
    }
}

/// A reading and when it was taken.
package struct StampedProgress: Hashable, Sendable {
    package var progress: Progress
    package var time: Timestamp

    package init(progress: Progress, time: Timestamp) {
        self.progress = progress
        self.time = time
    }
}
