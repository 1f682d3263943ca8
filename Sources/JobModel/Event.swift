/// A row of the history.
package struct Event: Hashable, Sendable {
    package var id: EventID
    package var job: JobID
    package var time: Timestamp
    /// The attempt it belongs to; 0 before the first.
    package var attempt: Int
    package var content: Content

    /// What an event tells.
    package enum Content: Hashable, Sendable {
        /// The job is in another unfinished state now.
        case state(StateChange)
        /// How far the job is.
        case progress(Progress)
        /// The job is finished.
        case end(End)
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

    package init(id: EventID, job: JobID, time: Timestamp, attempt: Int, content: Content) {
        self.id = id
        self.job = job
        self.time = time
        self.attempt = attempt
        self.content = content
    }
}

extension Event.Content {
    /// A change to an unfinished state about which there is no more to tell.
    package static func state(_ state: JobState) -> Event.Content {
        .state(Event.StateChange(state))
    }
}
