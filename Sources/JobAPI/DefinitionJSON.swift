package import JobModel

extension JSONWriter {
    /// A definition, for those who may start it.
    ///
    /// - Parameter command: whether what it runs, and where it looks for files, is
    ///   shown too.
    package mutating func value(_ definition: Definition, command isShown: Bool) {
        object { json in
            json.member("name", definition.name)
            json.member("description", definition.description)
            json.key("parameters")
            json.array { array in
                for parameter in definition.parameters { array.value(parameter, root: isShown) }
            }
            json.member("queue", definition.spec.queue)
            json.member("accepts_stdin", definition.acceptsInput)
            guard isShown else { return }
            json.key("command")
            json.array { for word in definition.spec.command.argumentVector { $0.value(word) } }
        }
    }

    private mutating func value(_ parameter: Parameter, root isShown: Bool) {
        object { json in
            json.member("name", parameter.name)
            json.member("type", parameter.kind.word)
            json.member("description", parameter.description)
            json.member("required", parameter.isRequired)
            json.member("secret", parameter.isSecret)
            json.key("default")
            if let value = parameter.fallback, !parameter.isSecret {
                json.value(value)
            } else {
                json.null()
            }
            json.key("choices")
            if let choices = parameter.choices {
                json.array { for choice in choices { $0.value(choice) } }
            } else {
                json.null()
            }
            switch parameter.kind {
            case .string(let rule):
                json.member("pattern", rule.pattern?.source)
                json.member("min_length", rule.minimumLength)
                json.member("max_length", rule.maximumLength)
            case .integer(let range):
                json.member("range", range) { $0.value($1) }
            case .number(let range):
                json.member("range", range) { $0.value($1) }
            case .boolean: break
            case .path(let root): if isShown { json.member("root", root) }
            }
        }
    }

    /// The least and the greatest, or null.
    private mutating func member<Bound>(
        _ name: String, _ range: ClosedRange<Bound>?,
        _ write: (inout JSONWriter, Bound) -> Void
    ) {
        key(name)
        guard let range else { return null() }
        array {
            write(&$0, range.lowerBound)
            write(&$0, range.upperBound)
        }
    }

    /// A parameter's value, as the kind of JSON that it is.
    mutating func value(_ value: ParameterValue) {
        switch value {
        case .text(let text): self.value(text)
        case .integer(let number): self.value(number)
        case .number(let number): self.value(number)
        case .flag(let flag): self.value(flag)
        }
    }
}
