/// A row of the history.
package struct Event: Hashable, Sendable {
    package var id: EventID
    package var job: JobID
    package var time: Timestamp
    /// The attempt it belongs to; 0 before the first.
    package var attempt: Int
    package var content: Content
    /// Who caused it; nil when it came about by itself.
    package var actor: Identity?

    /// What an event tells.
    package enum Content: Hashable, Sendable {
        /// The job is in another unfinished state now.
        case state(StateChange)
        /// Somebody did something that left the job in the state it is in.
        case action(Action, JobState)
        /// How far the job is.
        case progress(Progress)
        /// The job is finished.
        case end(End)
    }

    /// What somebody may do to a job that changes no state at once.
    package enum Action: String, CaseIterable, Sendable {
        /// Its end was asked for; it is still winding down.
        case cancel
        case signal
        /// Bytes were sent to its input, or that was closed.
        case input
        /// Its priority, queue, time or labels are others now.
        case change
    }

    /// A change to an unfinished state.
    package struct StateChange: Hashable, Sendable {
        package var state: JobState
        /// What a waiting job waits for.
        package var waitingFor: WaitReason?
        /// How the attempt failed that will be retried: as in `End`.
        package var exitCode: Int32?
        package var signal: Int32?
        package var failure: Failure?
        package var error: String?

        package init(
            _ state: JobState, waitingFor: WaitReason? = nil, exitCode: Int32? = nil,
            signal: Int32? = nil, failure: Failure? = nil, error: String? = nil
        ) {
            self.state = state
            self.waitingFor = waitingFor
            self.exitCode = exitCode
            self.signal = signal
            self.failure = failure
            self.error = error
        }
    }

    /// How a job finished.
    package struct End: Hashable, Sendable {
        /// A finished one.
        package var state: JobState
        package var exitCode: Int32?
        package var signal: Int32?
        package var failure: Failure?
        package var error: String?

        package init(
            state: JobState, exitCode: Int32? = nil, signal: Int32? = nil,
            failure: Failure? = nil, error: String? = nil
        ) {
            self.state = state
            self.exitCode = exitCode
            self.signal = signal
            self.failure = failure
            self.error = error
        }
    }

    package init(
        id: EventID, job: JobID, time: Timestamp, attempt: Int, content: Content,
        actor: Identity? = nil
    ) {
        self.id = id
        self.job = job
        self.time = time
        self.attempt = attempt
        self.content = content
        self.actor = actor
    }
}

extension Event.Content {
    /// A change to an unfinished state about which there is no more to tell.
    package static func state(_ state: JobState) -> Event.Content {
        .state(Event.StateChange(state))
    }
}
