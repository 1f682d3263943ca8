import JobModel

extension RetryPolicy {
    /// The field `retry`; nil when it is absent or wrong.
    static func read(_ outer: inout ObjectReader) -> RetryPolicy? {
        guard let members = outer.object("retry") else { return nil }
        var reader = ObjectReader(members, path: "retry")
        var policy = RetryPolicy()
        policy.maxAttempts =
            reader.integer("max_attempts", in: 1...1_000_000).map { Int($0) }
            ?? policy.maxAttempts
        policy.backoff = reader.seconds("backoff_seconds", in: 0...86_400_000) ?? policy.backoff
        policy.factor = reader.number("backoff_factor", in: 1...1000) ?? policy.factor
        policy.maxBackoff =
            reader.seconds("max_backoff_seconds", in: 0...86_400_000)
            // What is asked for by itself is not cut by what nobody asked for.
            ?? max(policy.maxBackoff, policy.backoff)
        policy.on = failures(&reader) ?? policy.on
        reader.rejectUnknown()
        outer.reject(reader.errors)
        return policy
    }

    private static func failures(_ reader: inout ObjectReader) -> Set<Failure>? {
        guard let elements = reader.array("on", atMost: 100) else { return nil }
        // What never ran has nothing that could be tried again.
        let words = Failure.allCases.filter { $0 != .dependency }
        var failures: Set<Failure> = []
        for element in elements {
            guard case .string(let word) = element, let failure = Failure(rawValue: word),
                words.contains(failure)
            else {
                reader.reject(
                    "on",
                    "must hold some of \(words.map(\.rawValue).joined(separator: ", "))")
                break
            }
            failures.insert(failure)
        }
        return failures
    }
}
