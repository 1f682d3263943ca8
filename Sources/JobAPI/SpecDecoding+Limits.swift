import JobModel

extension ResourceLimits {
    /// The field `limits`, as far as it is right.
    static func read(_ outer: inout ObjectReader) -> ResourceLimits {
        var limits = ResourceLimits()
        guard let members = outer.object("limits") else { return limits }
        var reader = ObjectReader(
            Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) }), path: "limits")
        // With less hardly any program gets as far as its first line.
        limits.memoryBytes = reader.integer("memory_bytes", in: 1 << 20...1 << 50)
        limits.cpuSeconds = reader.integer("cpu_seconds", in: 1...3_155_760_000)
        limits.openFiles = reader.integer("open_files", in: 8...1 << 30)
        limits.processes = reader.integer("processes", in: 1...4_194_304)
        limits.nice = reader.integer("nice", in: -20...19).map { Int($0) }
        limits.io = reader.choice("io", of: IOPriority.self)
        reader.rejectUnknown()
        outer.reject(reader.errors)
        return limits
    }
}
