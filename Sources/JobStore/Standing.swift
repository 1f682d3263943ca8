import JobModel

/// Where a job stands that is not running and is to run.
struct Standing: Hashable {
    var state: JobState
    var waitingFor: WaitReason?
    /// When it becomes eligible, if time is all it waits for.
    var wakeAt: Timestamp?

    /// - Parameters:
    ///   - isHeld: whether it waits for other jobs.
    ///   - retryAt: when the pause after a failure is over.
    init(isHeld: Bool, retryAt: Timestamp?, notBefore: Timestamp?, now: Timestamp) {
        let reason: WaitReason?
        if isHeld {
            reason = .jobs
        } else if let retryAt, retryAt > now {
            reason = .retry
        } else if let notBefore, notBefore > now {
            reason = .time
        } else {
            reason = nil
        }
        waitingFor = reason
        state = reason == nil ? .queued : .waiting
        wakeAt = isHeld || reason == nil ? nil : [retryAt, notBefore].compactMap { $0 }.max()
    }

    /// The event that tells of it.
    var change: Event.StateChange { Event.StateChange(state, waitingFor: waitingFor) }
}
