/// What a transaction has changed that somebody may wait for.
package struct CommitEffects: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Rows were added to `events`.
    package static let events = CommitEffects(rawValue: 1)
    /// There may be something to start.
    package static let scheduling = CommitEffects(rawValue: 2)
    /// Something is asked of jobs that run.
    package static let orders = CommitEffects(rawValue: 4)
    /// Jobs have finished, so there may be something to prune.
    package static let ends = CommitEffects(rawValue: 8)
}
