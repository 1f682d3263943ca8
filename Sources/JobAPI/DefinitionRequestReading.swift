import JobModel

extension JobSpec {
    /// The job of a definition that `reader` asks for, as far as it is right.
    ///
    /// - Parameter offer: what may be started.
    static func read(
        definitionIn reader: inout ObjectReader, of offer: Offer
    ) -> (spec: JobSpec, after: [String]) {
        var request = DefinitionRequest(definition: "")
        if let name = reader.string("definition", maximumBytes: 255) {
            request.definition = name
        } else if reader.value("definition") == nil {
            reader.reject("definition", "must be the name of a definition")
        }
        for (name, value) in reader.object("parameters") ?? [] {
            if case .null = value { continue }
            guard let value = ParameterValue(value) else {
                reader.reject(
                    "parameters.\(name)",
                    "must be a string, a number, true or false, not \(value.kind)")
                continue
            }
            request.parameters[name] = value
        }
        request.name = name(&reader)
        request.labels = labels(&reader)
        request.input = reader.string("stdin")
        request.notBefore = reader.timestamp("not_before")
        let after = after(&reader)
        request.after = after.ids
        request.afterPolicy = reader.choice("after_policy", of: AfterPolicy.self) ?? .succeeded
        reader.rejectOthers(
            "is set by the definition: beside it there may be parameters, name, labels, "
                + "not_before, after, after_policy, and stdin where it takes that")
        var spec = JobSpec(command: .arguments([]))
        guard !request.definition.isEmpty else { return (spec, after.names) }
        do {
            spec = try offer.job(request)
            // From here on texts stand for bytes.
            if case .arguments(let arguments) = spec.command {
                spec.command = .arguments(arguments.map(RawText.text(meaning:)))
            }
        } catch {
            for error in error.fields { reader.reject(error.field, error.message) }
        }
        return (spec, after.names)
    }
}
