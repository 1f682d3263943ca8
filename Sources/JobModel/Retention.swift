/// How long finished jobs are kept; what is nil does not matter.
package struct Retention: Hashable, Sendable {
    /// Those that finished longer ago are removed; in microseconds.
    package var age: Int64?
    /// Of more than so many the oldest are removed.
    package var jobs: Int?
    /// When their output takes more, the oldest are removed.
    package var bytes: Int64?

    package init(age: Int64? = nil, jobs: Int? = nil, bytes: Int64? = nil) {
        self.age = age
        self.jobs = jobs
        self.bytes = bytes
    }

    /// Thirty days, ten thousand jobs, 10 GiB.
    package static let standard = Retention(
        age: 30 * 86_400 * 1_000_000, jobs: 10_000, bytes: 10 << 30)
}

/// What a call to prune has done.
package struct Pruned: Hashable, Sendable {
    /// How many jobs were removed.
    package var jobs: Int
    /// How many bytes of output went with them.
    package var bytes: Int64
    /// Whether that is all; if not, another call goes on.
    package var isComplete: Bool

    package init(jobs: Int, bytes: Int64, isComplete: Bool) {
        self.jobs = jobs
        self.bytes = bytes
        self.isComplete = isComplete
    }
}
