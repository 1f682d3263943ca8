/// What can happen to a job, as its state machine sees it.
package enum Transition: CaseIterable, Sendable {
    /// What it waited for has come.
    case enqueue
    /// It is to wait for something: its time was put off.
    case hold
    /// An attempt was given a slot.
    case claim
    /// Its processes were stopped, to be continued.
    case pause
    /// They go on.
    case resume
    /// The attempt's command exited with 0 and nobody had cancelled the job.
    case succeed
    /// The attempt ended otherwise and nobody had cancelled the job.
    case fail
    /// The attempt ended otherwise, and there will be another.
    case retryLater
    /// A job that it was to come after did not succeed.
    case failUnstarted
    /// The job was cancelled before it started, or its attempt has ended after
    /// a cancel was asked for.
    case cancel
    /// A finished job is run again by hand.
    case runAgain

    /// The state this leads to from `state`; nil when it cannot happen there,
    /// which is how a late exit is kept from overwriting a cancel.
    package func next(from state: JobState) -> JobState? {
        switch (self, state) {
        case (.enqueue, .waiting): .queued
        case (.hold, .queued), (.hold, .waiting): .waiting
        case (.claim, .queued): .running
        case (.pause, .running): .paused
        case (.resume, .paused): .running
        case (.succeed, .running), (.succeed, .paused): .succeeded
        case (.fail, .running), (.fail, .paused): .failed
        case (.retryLater, .running), (.retryLater, .paused): .waiting
        case (.failUnstarted, .waiting): .failed
        case (.cancel, .waiting), (.cancel, .queued), (.cancel, .running), (.cancel, .paused):
            .cancelled
        case (.runAgain, .succeeded), (.runAgain, .failed), (.runAgain, .cancelled): .queued
        case (.enqueue, _), (.hold, _), (.claim, _), (.pause, _), (.resume, _), (.succeed, _),
            (.fail, _), (.retryLater, _), (.failUnstarted, _), (.cancel, _), (.runAgain, _):
            nil
        }
    }
}
