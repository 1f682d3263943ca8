import JobAPI

/// The states that jobs can be in.
enum JobStates {
    /// Something is still going to happen.
    static let unfinished: [JobResource.State] = [.waiting, .queued, .running, .paused]
    /// Nothing more happens by itself.
    static let finished: [JobResource.State] = [.succeeded, .failed, .cancelled]

    /// `queued, running or paused`.
    static func text(_ states: [JobResource.State]) -> String {
        let words = states.map(\.rawValue)
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) or \(last)"
    }
}
