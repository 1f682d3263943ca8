package import JobModel

/// A job that is to be submitted, alone or with others.
package struct Submission: Hashable, Sendable {
    package var spec: JobSpec
    /// The places, in the same batch, of other jobs that must have finished first.
    package var siblings: [Int]

    package init(_ spec: JobSpec, after siblings: [Int] = []) {
        self.spec = spec
        self.siblings = siblings
    }
}

/// What makes a request one that was made before.
package struct IdempotencyKey: Hashable, Sendable {
    package var key: String
    /// Tells requests of the same key apart.
    package var digest: [UInt8]

    package init(key: String, digest: [UInt8]) {
        self.key = key
        self.digest = digest
    }
}

/// What a submission led to.
package struct Submitted: Hashable, Sendable {
    package var jobs: [Job]
    /// Whether they were submitted just now, not by an earlier request.
    package var isNew: Bool
}
