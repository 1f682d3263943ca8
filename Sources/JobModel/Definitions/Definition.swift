/// A command that an administrator offers: fixed but for the places of its
/// parameters. Whoever starts it gives these, and nothing else of what is run.
package struct Definition: Hashable, Sendable {
    package let name: String
    /// For people.
    package let description: String?
    /// In the order in which the command names them.
    package let parameters: [Parameter]
    /// The job as it is written, with placeholders where there may be some.
    package let spec: JobSpec
    /// Whether the one who starts it may give it input.
    package let acceptsInput: Bool

    /// An element of the command.
    enum Element: Hashable, Sendable {
        case text(TextTemplate)
        /// A whole element that is left out when its parameter is missing, and may
        /// become several: what it is when it is given, and when it is false.
        case optional(String, given: [TextTemplate], otherwise: [TextTemplate])
    }

    let command: [Element]
    let environment: [String: TextTemplate]
    let secretEnvironment: [String: TextTemplate]
    let jobName: TextTemplate?

    /// - Throws: all that is wrong with it, by the fields of its configuration.
    package init(
        name: String, description: String? = nil, parameters: [Parameter], spec: JobSpec,
        acceptsInput: Bool = false
    ) throws(InvalidFields) {
        var checker = DefinitionChecker(parameters)
        self.name = name
        self.description = description
        self.spec = spec
        self.acceptsInput = acceptsInput
        checker.checkParameters()
        command = checker.command(spec.command)
        environment = checker.variables(spec.environment, "env")
        secretEnvironment = checker.variables(
            spec.secretEnvironment.compactMapValues(\.value), "secret_env", areSecret: true)
        jobName = spec.name.flatMap { checker.text($0, "name") }
        checker.checkUse()
        let order = checker.used
        self.parameters = parameters.sorted { left, right in
            order.firstIndex(of: left.name) ?? .max < order.firstIndex(of: right.name) ?? .max
        }
        if !checker.errors.isEmpty { throw InvalidFields(checker.errors) }
    }

    /// Whether starting it means looking at files.
    package var hasPaths: Bool {
        parameters.contains { parameter in
            if case .path = parameter.kind { true } else { false }
        }
    }

    /// Whether this can be a definition's name: 1 to 64 letters, digits, `_`, `.` and
    /// `-`, a letter or a digit first.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, (1...64).contains(text.utf8.count) else {
            return false
        }
        let isPlain = { (scalar: Unicode.Scalar) in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9": true
            default: false
            }
        }
        return isPlain(first)
            && text.unicodeScalars.allSatisfy { isPlain($0) || "_.-".unicodeScalars.contains($0) }
    }
}
