import JobAPI

/// What `--limit` means.
enum LimitOptions {
    /// What is limited: `memory=2G`, `cpu=1h`, `files=1024`, `processes=64`, `nice=10`,
    /// `io=idle`.
    ///
    /// - Throws: `Trouble` when that cannot be limited, or not so.
    static func limits(_ assignments: [AssignmentArgument]) throws -> LimitsResource {
        var limits = LimitsResource()
        for assignment in assignments {
            guard let value = assignment.value, set(&limits, assignment.key, value) else {
                throw Trouble.usage(
                    "--limit wants memory=SIZE, cpu=TIME, files=N, processes=N, nice=N or "
                        + "io=idle|low|normal, not '\(assignment.key)=\(assignment.value ?? "")'")
            }
        }
        return limits
    }

    /// Whether it could be set.
    private static func set(_ limits: inout LimitsResource, _ name: String, _ value: String) -> Bool
    {
        switch name {
        case "memory":
            limits.memoryBytes = SizeArgument(argument: value)?.bytes
            return limits.memoryBytes != nil
        case "cpu":
            // Less than a second cannot be limited.
            let seconds = DurationArgument(argument: value)?.seconds
            limits.cpuSeconds = seconds.flatMap { Int64(exactly: $0.rounded(.up)) }
            return limits.cpuSeconds != nil
        case "files":
            limits.openFiles = Int64(value)
            return limits.openFiles != nil
        case "processes":
            limits.processes = Int64(value)
            return limits.processes != nil
        case "nice":
            limits.nice = Int(value)
            return limits.nice != nil
        case "io":
            limits.io = value
            return ["idle", "low", "normal"].contains(value)
        default: return false
        }
    }
}
