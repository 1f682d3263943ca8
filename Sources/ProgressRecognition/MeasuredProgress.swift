package import JobModel

/// Completes readings that were measured instead of being recognised in what a
/// command prints: with a rate and the time left, as those are.
///
/// It takes no part in what `ProgressTracker` does: nothing here is derived from
/// the journal, so nothing can be derived again.
package struct MeasuredProgress: Sendable {
    private var estimator = RateEstimator()
    private var newest: Progress?

    package init() {}

    /// Takes a reading in; one with another message begins another phase.
    ///
    /// - Parameters:
    ///   - reading: its message may be any text, such as a file's name.
    ///   - at: when it was made.
    /// - Returns: what to store; nil when it tells no more than the one before.
    package mutating func take(_ reading: Progress, at: Timestamp) -> Progress? {
        var reading = reading
        reading.message = reading.message.flatMap { MessageText.clean($0) }
        if reading.message != newest?.message { estimator = RateEstimator() }
        // Also one that tells the same, since then it goes more slowly.
        let completed = estimator.complete(reading, at: at)
        guard !reading.tellsSame(as: newest) else { return nil }
        newest = reading
        return completed
    }
}
