package import JobModel

extension JobSpec {
    /// The spec that a submission's body asks for.
    ///
    /// - Throws: `malformed_request` or, with all that is wrong, `invalid_spec`.
    package init(json: [UInt8]) throws(JobError) {
        var reader = try ObjectReader(json)
        let command = Self.command(&reader)
        var spec = JobSpec(command: command ?? .arguments([]))
        spec.name = reader.string("name", maximumBytes: 255)
        if let name = spec.name, name.isEmpty || name.contains(where: \.isNewline) {
            reader.reject("name", "must be one line of text, or be left out")
        }
        spec.queue = reader.string("queue", maximumBytes: 64) ?? spec.queue
        spec.labels = Self.labels(&reader)
        spec.cwd = reader.string("cwd", maximumBytes: 4095)
        if let cwd = spec.cwd, !cwd.hasPrefix("/") {
            reader.reject("cwd", "must be an absolute path")
        }
        spec.environment = Self.environment(&reader)
        spec.stdin = reader.string("stdin")
        spec.tty = reader.bool("tty") ?? spec.tty
        spec.timeout = reader.seconds("timeout_seconds", in: 0.001...Self.longest)
        spec.killGrace = reader.seconds("kill_grace_seconds", in: 0...86_400) ?? spec.killGrace
        spec.outputLimitBytes =
            reader.integer("output_limit_bytes", in: 0...Int64(1) << 50) ?? spec.outputLimitBytes
        try reader.finish()
        self = spec
    }

    private static func command(_ reader: inout ObjectReader) -> Command? {
        switch reader.value("command") {
        case .string(let line):
            guard line.contains(where: { !$0.isWhitespace }) else {
                reader.reject("command", "must not be empty")
                return nil
            }
            return reader.checked(line, "command", maximumBytes: maximumArgument).map {
                .shell($0)
            }
        case .array(let elements):
            var arguments: [String] = []
            for (index, element) in elements.enumerated() {
                guard case .string(let argument) = element else {
                    reader.reject("command[\(index)]", "must be a string, not \(element.kind)")
                    continue
                }
                let path = "command[\(index)]"
                if let argument = reader.checked(argument, path, maximumBytes: maximumArgument) {
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

    private static func labels(_ reader: inout ObjectReader) -> [String: String] {
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

    private static func environment(_ reader: inout ObjectReader) -> [String: String] {
        let environment = reader.strings("env") ?? [:]
        for name in environment.keys.sorted() {
            if name.isEmpty || name.contains("=") || name.utf8.contains(0) {
                reader.reject("env", "names must not be empty or contain '='")
            } else if reserved.contains(name) {
                reader.reject("env.\(name)", "is set by jobd and cannot be given")
            }
        }
        return environment
    }

    /// What jobd tells every job itself.
    private static let reserved: Set<String> = ["JOBD_JOB_ID", "JOBD_ATTEMPT", "JOBD_PROGRESS"]
    /// A hundred years.
    private static let longest: Double = 3_155_760_000
    /// execve(2), MAX_ARG_STRLEN: 32 pages, the terminating NUL included.
    private static let maximumArgument = 131_071
}

/// What `POST /jobs/{id}/cancel` may carry.
package struct CancelRequest: Hashable, Sendable {
    /// The signal to begin with; nil means TERM.
    package var signal: Int32?
    /// Microseconds until KILL; nil means what the job's spec says.
    package var grace: Int64?

    /// - Throws: `malformed_request` or `invalid_spec`. An empty body asks for
    ///   the defaults.
    package init(json: [UInt8]) throws(JobError) {
        guard !json.isEmpty else { return }
        var reader = try ObjectReader(json)
        switch reader.value("signal") {
        case .none: break
        case .string(let name):
            signal = SignalName.number(of: name)
            if signal == nil {
                reader.reject("signal", "must be a signal's name, such as TERM, INT or KILL")
            }
        case .integer(let number) where (1...64).contains(number): signal = Int32(number)
        case .some: reader.reject("signal", "must be a signal's name, such as TERM, INT or KILL")
        }
        grace = reader.seconds("grace_seconds", in: 0...86_400)
        try reader.finish()
    }
}
