import ArgumentParser
import JobAPI

/// The states that jobs can be in.
enum JobStates {
    /// Something is still going to happen.
    static let unfinished: [JobResource.State] = [.waiting, .queued, .running, .paused]
    /// Nothing more happens by itself.
    static let finished: [JobResource.State] = [.succeeded, .failed, .cancelled]

    /// Finds a word that is none of them, which the daemon would refuse later.
    ///
    /// - Throws: `ValidationError`, saying which there are.
    static func check(_ words: [String]) throws {
        let states = unfinished + finished
        for word in words where !states.map(\.rawValue).contains(word) {
            throw ValidationError("there is no state '\(word)'; there are \(text(states))")
        }
    }

    /// `queued, running or paused`.
    static func text(_ states: [JobResource.State]) -> String {
        let words = states.map(\.rawValue)
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return "\(words.dropLast().joined(separator: ", ")) or \(last)"
    }
}
