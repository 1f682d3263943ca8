package import JobModel
package import JobStore

/// Which events a stream carries.
package enum EventScope: Hashable, Sendable {
    /// One job's.
    case job(JobID)
    /// All jobs', as far as the filter admits them.
    case all(EventFilter)
}
