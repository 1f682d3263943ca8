/// What can happen to a job, as its state machine sees it.
package enum Transition: CaseIterable, Sendable {
    /// An attempt was given a slot.
    case claim
    /// The attempt's command exited with 0 and nobody had cancelled the job.
    case succeed
    /// The attempt ended otherwise and nobody had cancelled the job.
    case fail
    /// The job was cancelled before it started, or its attempt has ended after
    /// a cancel was asked for.
    case cancel

    /// The state this leads to from `state`; nil when it cannot happen there,
    /// which is how a late exit is kept from overwriting a cancel.
    package func next(from state: JobState) -> JobState? {
        switch (self, state) {
        case (.claim, .queued): .running
        case (.succeed, .running), (.succeed, .paused): .succeeded
        case (.fail, .running), (.fail, .paused): .failed
        case (.cancel, .waiting), (.cancel, .queued), (.cancel, .running), (.cancel, .paused):
            .cancelled
        case (.claim, _), (.succeed, _), (.fail, _), (.cancel, _): nil
        }
    }
}
