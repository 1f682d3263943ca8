package import JobModel

extension JobSpec {
    /// The spec that a submission's body asks for.
    ///
    /// - Parameter offer: what may be started.
    /// - Throws: `malformed_request`; with all that is wrong, `invalid_spec`;
    ///   `forbidden` for a command where only definitions may be started.
    package init(json: [UInt8], of offer: Offer = .commands) throws(JobError) {
        var reader = try ObjectReader(json)
        let (spec, names) = Self.read(&reader, of: offer)
        if !names.isEmpty {
            reader.reject("after", "must hold ids of jobs; names are for batches")
        }
        try reader.finish()
        try offer.check(spec)
        self = spec
    }

    /// The spec that `reader` holds, as far as it is right, and the names among
    /// what it is to come after.
    ///
    /// - Parameter offer: what may be started.
    static func read(
        _ reader: inout ObjectReader, of offer: Offer
    ) -> (spec: JobSpec, after: [String]) {
        reader.has("definition")
            ? read(definitionIn: &reader, of: offer) : read(commandIn: &reader)
    }

    /// The spec of a job that names its command itself.
    static func read(
        commandIn reader: inout ObjectReader
    ) -> (spec: JobSpec, after: [String]) {
        let command = Self.command(&reader)
        var spec = JobSpec(command: command ?? .arguments([]))
        spec.name = name(&reader)
        spec.queue = reader.string("queue", maximumBytes: 64) ?? spec.queue
        spec.priority = priority(&reader) ?? spec.priority
        spec.labels = Self.labels(&reader)
        spec.cwd = reader.raw("cwd", maximumBytes: 4095)
        if let cwd = spec.cwd, !cwd.hasPrefix("/") {
            reader.reject("cwd", "must be an absolute path")
        }
        spec.environment = Self.environment(&reader)
        spec.secretEnvironment = secretEnvironment(&reader, beside: spec.environment)
        spec.stdin = reader.string("stdin")
        spec.tty = reader.bool("tty") ?? spec.tty
        spec.watchFiles = reader.bool("watch_files") ?? spec.watchFiles
        spec.timeout = reader.seconds("timeout_seconds", in: 0.001...Self.longest)
        spec.stallTimeout = reader.seconds("stall_timeout_seconds", in: 0.001...Self.longest)
        spec.killGrace = reader.seconds("kill_grace_seconds", in: 0...86_400) ?? spec.killGrace
        spec.outputLimitBytes =
            reader.integer("output_limit_bytes", in: 0...Int64(1) << 50) ?? spec.outputLimitBytes
        spec.retry = RetryPolicy.read(&reader)
        spec.notBefore = reader.timestamp("not_before")
        let after = Self.after(&reader)
        spec.after = after.ids
        spec.afterPolicy = reader.choice("after_policy", of: AfterPolicy.self) ?? .succeeded
        spec.resources = needs(&reader)
        spec.limits = ResourceLimits.read(&reader)
        spec.runAs = RunAs.read(&reader)
        return (spec, after.names)
    }

    /// What it is called.
    static func name(_ reader: inout ObjectReader) -> String? {
        let name = reader.string("name", maximumBytes: 255)
        if let name, name.isEmpty || name.contains(where: \.isNewline) {
            reader.reject("name", "must be one line of text, or be left out")
        }
        return name
    }

    /// Its place among the jobs of its queue.
    static func priority(_ reader: inout ObjectReader) -> Int? {
        reader.integer("priority", in: -1_000_000...1_000_000).map { Int($0) }
    }

    /// What it comes after: ids, and names of others in its batch.
    static func after(
        _ reader: inout ObjectReader
    ) -> (ids: [JobID], names: [String]) {
        var ids: Set<JobID> = []
        var names: [String] = []
        for element in reader.array("after", atMost: 1000) ?? [] {
            switch element {
            case .integer(let id) where id > 0: ids.insert(JobID(rawValue: id))
            case .string(let name): if !names.contains(name) { names.append(name) }
            case .null, .bool, .integer, .number, .array, .object:
                reader.reject("after", "must hold ids of jobs, such as [40, 41]")
            }
        }
        return (ids.sorted(), names)
    }

    private static func needs(_ reader: inout ObjectReader) -> [String: Int64] {
        var needs: [String: Int64] = [:]
        for (name, value) in reader.object("resources") ?? [] {
            guard case .integer(let amount) = value, amount > 0 else {
                reader.reject("resources.\(name)", "must be a whole number of at least 1")
                continue
            }
            needs[name] = amount
        }
        return needs
    }

    private static func command(_ reader: inout ObjectReader) -> Command? {
        switch reader.value("command") {
        case .string(let line):
            guard line.contains(where: { !$0.isWhitespace }) else {
                reader.reject("command", "must not be empty")
                return nil
            }
            return reader.raw(
                .string(line), "command", maximumBytes: maximumArgument
            ).map { .shell($0) }
        case .array(let elements):
            var arguments: [String] = []
            for (index, element) in elements.enumerated() {
                let path = "command[\(index)]"
                if let argument = reader.raw(element, path, maximumBytes: maximumArgument) {
                    arguments.append(argument)
                }
            }
            if elements.isEmpty || arguments.first == "" {
                reader.reject("command", "must name a program to run")
            }
            return .arguments(arguments)
        case .none:
            reader.reject(
                "command", "is required: an array of arguments, or a string for /bin/sh -c")
            return nil
        case .some(let other):
            reader.reject("command", "must be an array of strings or a string, not \(other.kind)")
            return nil
        }
    }

    static func labels(_ reader: inout ObjectReader) -> [String: String] {
        let labels = reader.strings("labels") ?? [:]
        for (name, label) in labels {
            // A filter is written `label=name=value`, so the name must not hold
            // the sign that ends it.
            if name.isEmpty || name.contains("=") || name.utf8.contains(0)
                || name.utf8.count > 63
            {
                reader.reject("labels", "names must be 1 to 63 bytes without '=' and NUL")
            }
            if label.utf8.count > 255 {
                reader.reject("labels.\(name)", "must not be longer than 255 bytes")
            }
        }
        return labels
    }

    /// A hundred years.
    private static let longest: Double = 3_155_760_000
    /// execve(2), MAX_ARG_STRLEN: 32 pages, the terminating NUL included.
    private static let maximumArgument = 131_071
}
