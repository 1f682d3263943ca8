import JobAPI

/// Limits in words.
enum LimitText {
    /// What is limited: `memory=2 GiB cpu=1h`.
    static func limits(_ limits: LimitsResource) -> String {
        let parts: [(String, String?)] = [
            ("memory", limits.memoryBytes.map { Quantity.bytes(Double($0)) }),
            ("cpu", limits.cpuSeconds.map { Quantity.duration(Double($0)) }),
            ("files", limits.openFiles.map(String.init)),
            ("processes", limits.processes.map(String.init)),
            ("nice", limits.nice.map(String.init)), ("io", limits.io.map(DisplayText.clean)),
        ]
        return parts.compactMap { name, value in value.map { "\(name)=\($0)" } }
            .joined(separator: " ")
    }

    /// As whom something runs: `media:video`.
    static func user(_ user: RunAsResource) -> String {
        DisplayText.clean(user.user + (user.group.map { ":\($0)" } ?? ""))
    }
}
