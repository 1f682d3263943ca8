import JobModel

/// A reading and the moment it counts as made: what becomes a row.
struct Reading: Sendable {
    /// What was read.
    var progress: Progress
    /// When. No two readings of an attempt have the same time, so it names one.
    var at: Timestamp
}

extension Progress {
    /// Whether the two tell a reader the same. A change of the message alone is
    /// a change; one of rate, time left or source alone is not.
    func tellsSame(as other: Progress?) -> Bool {
        guard let other else { return false }
        return fraction == other.fraction && done == other.done && total == other.total
            && unit == other.unit && message == other.message
    }
}
