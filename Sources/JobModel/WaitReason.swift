/// What a waiting job waits for.
package enum WaitReason: String, CaseIterable, Sendable {
    /// Its time: `not_before`.
    case time
    /// Other jobs: `after`.
    case jobs
    /// The pause between an attempt that failed and the next.
    case retry
}
