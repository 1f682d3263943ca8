package import JobModel

/// What `POST /prune` may carry: which finished jobs are to go. Nothing at all asks
/// for what the daemon's own retention does.
package struct PruneRequest: Hashable, Sendable {
    /// Only those that finished longer ago; in microseconds.
    package var age: Int64?
    /// Only those that are not among the so many that finished last.
    package var keep: Int?
    /// Only those that came to this.
    package var states: [JobState] = []
    package var queue: String?

    /// Whether it asks for nothing in particular.
    package var isEmpty: Bool { age == nil && keep == nil && states.isEmpty && queue == nil }

    /// - Throws: `malformed_request` or `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        guard !json.isEmpty else { return }
        var reader = try ObjectReader(json)
        age = reader.seconds("older_than_seconds", in: 0...3_155_760_000)
        keep = reader.integer("keep", in: 0...1_000_000_000).map { Int($0) }
        queue = reader.string("queue", maximumBytes: 64)
        for element in reader.array("states", atMost: 10) ?? [] {
            guard case .string(let word) = element, let state = JobState(rawValue: word),
                state.isFinished
            else {
                reader.reject("states", "must hold some of succeeded, failed, cancelled")
                break
            }
            states.append(state)
        }
        try reader.finish()
    }
}
