import JobAPI

/// The states for which a verb makes sense, when the jobs are told by what they
/// have in common.
struct Concern: Sendable {
    /// The states that it is about unless others are asked for.
    var usual: [JobResource.State]
    /// The states that may be asked for.
    var possible: [JobResource.State]

    /// The same states in both cases.
    static func only(_ states: [JobResource.State]) -> Concern {
        Concern(usual: states, possible: states)
    }

    /// Whatever is still going to happen.
    static let unfinished = only(JobStates.unfinished)
    /// Whatever is over.
    static let finished = only(JobStates.finished)
    /// Unfinished ones, or whichever are asked for.
    static let following = Concern(
        usual: JobStates.unfinished, possible: JobStates.unfinished + JobStates.finished)
    /// Any.
    static let any = only(JobStates.unfinished + JobStates.finished)
}
