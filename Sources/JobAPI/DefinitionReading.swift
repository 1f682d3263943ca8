package import JobModel

extension Definition {
    /// The definitions of a configuration: an object of them, by their names.
    ///
    /// - Throws: `malformed_request`, or `invalid_spec` with all that is wrong:
    ///   `transcode.parameters.quality.range`.
    package static func all(json: [UInt8]) throws(JobError) -> [Definition] {
        var reader = try ObjectReader(json)
        var definitions: [Definition] = []
        for name in reader.names {
            guard let members = reader.object(name) else {
                if reader.value(name) == nil { reader.reject(name, "must have a command") }
                continue
            }
            guard isName(name) else {
                reader.reject(
                    name,
                    "cannot be a definition's name: 1 to 64 letters, digits, _, . and -, a letter "
                        + "or a digit first")
                continue
            }
            var inner = ObjectReader(members, path: name)
            let definition = read(name, &inner)
            inner.rejectUnknown()
            reader.reject(inner.errors)
            if let definition { definitions.append(definition) }
        }
        try reader.finish()
        return definitions
    }

    private static func read(_ name: String, _ reader: inout ObjectReader) -> Definition? {
        let description = reader.string("description", maximumBytes: 4096)
        let acceptsInput = reader.bool("accepts_stdin") ?? false
        if acceptsInput, reader.value("stdin") != nil {
            reader.reject("stdin", "makes no sense beside accepts_stdin: leave out one")
        }
        for field in ["not_before", "after", "after_policy"]
        where reader.value(field) != nil {
            reader.reject(field, "cannot be part of a definition")
        }
        var parameters: [Parameter] = []
        for (parameter, value) in reader.object("parameters") ?? [] {
            guard case .object(let members) = value else {
                reader.reject(
                    "parameters.\(parameter)", "must be an object, such as {type: string}")
                continue
            }
            var inner = ObjectReader(members, path: "parameters.\(parameter)")
            parameters.append(Parameter.read(parameter, &inner))
            inner.rejectUnknown()
            reader.reject(inner.errors)
        }
        let (spec, _) = JobSpec.read(commandIn: &reader)
        // What is wrong so far would only lead to more that is.
        guard reader.errors.isEmpty else { return nil }
        do {
            return try Definition(
                name: name, description: description, parameters: parameters, spec: spec,
                acceptsInput: acceptsInput)
        } catch {
            for error in error.fields { reader.reject(error.field, error.message) }
            return nil
        }
    }
}
