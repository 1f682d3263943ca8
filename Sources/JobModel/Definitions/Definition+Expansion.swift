extension Definition {
    /// The job that is started: each parameter in its place, as a whole and as it
    /// was given, whatever it holds.
    ///
    /// - Parameter resolve: finds where paths lead.
    /// - Throws: all that is wrong with what was given.
    package func expanded(
        _ request: DefinitionRequest, resolving resolve: PathResolver
    ) throws(InvalidFields) -> JobSpec {
        var errors: [FieldError] = []
        let values = self.values(request, resolving: resolve, &errors)
        var job = spec
        job.labels = labels(request, &errors)
        if request.input != nil, !acceptsInput {
            errors.append(
                FieldError(field: "stdin", message: "is not taken by this definition: leave it out")
            )
        }
        var filling = TemplateFilling(parameters: parameters, values: values)
        job.command = .arguments(command.flatMap { filling.arguments($0) })
        job.environment = filling.variables(environment)
        job.secretEnvironment = filling.secrets(secretEnvironment)
        errors += filling.errors
        if !errors.isEmpty { throw InvalidFields(errors) }
        job.name = request.name ?? jobName.map { Self.line(filling.text($0)) } ?? name
        // What takes no input reads an end, and does not wait for somebody's.
        job.stdin = acceptsInput ? request.input : spec.stdin ?? ""
        job.notBefore = request.notBefore
        job.after = request.after
        job.afterPolicy = request.afterPolicy
        let shown = parameters.compactMap { parameter in
            parameter.isSecret ? nil : values[parameter.name].map { (parameter.name, $0.given) }
        }
        job.definition = DefinitionUse(
            name: name, parameters: Dictionary(uniqueKeysWithValues: shown))
        return job
    }

    /// The values of those that are there.
    private func values(
        _ request: DefinitionRequest, resolving resolve: PathResolver,
        _ errors: inout [FieldError]
    ) -> [String: TemplateFilling.Value] {
        var values: [String: TemplateFilling.Value] = [:]
        for parameter in parameters {
            let field = "parameters.\(parameter.name)"
            guard let value = request.parameters[parameter.name] ?? parameter.fallback else {
                if parameter.isRequired {
                    errors.append(FieldError(field: field, message: "is required"))
                }
                continue
            }
            if let objection = parameter.objection(to: value) {
                errors.append(FieldError(field: field, message: objection))
                continue
            }
            switch Self.text(of: value, parameter, resolving: resolve) {
            case .success(let text):
                values[parameter.name] = TemplateFilling.Value(given: value, text: text)
            case .failure(let refusal):
                errors.append(FieldError(field: field, message: refusal.message))
            }
        }
        let names = parameters.map(\.name)
        for name in request.parameters.keys.sorted() where !names.contains(name) {
            errors.append(
                FieldError(
                    field: "parameters.\(name)",
                    message: names.isEmpty
                        ? "is not a parameter: this definition has none"
                        : "is not a parameter of this definition: there are "
                            + names.joined(separator: ", ")))
        }
        return values
    }

    private struct Refusal: Error {
        let message: String
    }

    private static func text(
        of value: ParameterValue, _ parameter: Parameter, resolving resolve: PathResolver
    ) -> Result<String, Refusal> {
        guard case .path(let root) = parameter.kind else { return .success(value.text) }
        let outside = Refusal(message: "must be a path that does not lead out of its directory")
        guard let path = RootedPath.joined(value.text, to: root) else { return .failure(outside) }
        switch resolve(path, root) {
        case .inside(let path): return .success(path)
        case .outside: return .failure(outside)
        case .unknown(let reason): return .failure(Refusal(message: "cannot be used: \(reason)"))
        }
    }

    private func labels(
        _ request: DefinitionRequest, _ errors: inout [FieldError]
    ) -> [String: String] {
        var labels = spec.labels
        for (name, label) in request.labels.sorted(by: { $0.key < $1.key }) {
            if spec.labels[name] != nil {
                errors.append(
                    FieldError(field: "labels.\(name)", message: "is set by the definition"))
            }
            labels[name] = label
        }
        return labels
    }

    /// A name in one line, of no more than a job's may have.
    private static func line(_ text: String) -> String {
        var line = ""
        for character in text {
            let part = character.isNewline ? " " : String(character)
            guard line.utf8.count + part.utf8.count <= 255 else { break }
            line += part
        }
        return line
    }
}
