package import JobAPI
package import JobModel

/// What requests lead to beside reading and writing the store.
package struct JobActions: Sendable {
    /// Removes what a deleted job has left on disk.
    package var removeFiles: @Sendable (JobID) async -> Void
    /// Adds bytes to a job's input at an offset (nil: its end), and says whether
    /// that is all, and who sends them; how many bytes it has then.
    package var addInput: @Sendable ([UInt8], JobID, Int64?, Bool, Identity) async throws -> Int64
    /// Removes finished jobs.
    package var prune: @Sendable (PruneRequest) async throws -> Pruned
    /// Why no job can run as a user; nil if it can.
    package var refusalOfUser: @Sendable (RunAs) async -> String?
    /// What does not work for now though jobs go on, a sentence each.
    package var warnings: @Sendable () -> [String]

    /// What there is to say of a job that runs and does not get on.
    package var hints: @Sendable (Job) async -> [String]
    /// Lets those of a running job's processes go on that somebody else has stopped.
    package var wake: @Sendable (Job) async -> Void

    package init(
        removeFiles: @escaping @Sendable (JobID) async -> Void,
        addInput:
            @escaping @Sendable ([UInt8], JobID, Int64?, Bool, Identity) async throws ->
            Int64,
        prune: @escaping @Sendable (PruneRequest) async throws -> Pruned,
        refusalOfUser: @escaping @Sendable (RunAs) async -> String?,
        warnings: @escaping @Sendable () -> [String] = { [] },
        hints: @escaping @Sendable (Job) async -> [String] = { _ in [] },
        wake: @escaping @Sendable (Job) async -> Void = { _ in }
    ) {
        self.removeFiles = removeFiles
        self.addInput = addInput
        self.prune = prune
        self.refusalOfUser = refusalOfUser
        self.warnings = warnings
        self.hints = hints
        self.wake = wake
    }
}
