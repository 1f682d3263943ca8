package import JobModel

/// The control group of an attempt.
package struct ControlGroup: Sendable {
    /// Its directory.
    package let directory: String
    /// What has to be bounded by setrlimit(2) beside it. Not the number of processes
    /// if the group bounds that: RLIMIT_NPROC counts all of the user's, so that other
    /// jobs would take from this one's.
    package let limitsBeside: ResourceLimits
}
