import JobAPI

/// The words of a command line that a definition is started with.
struct ParameterWords {
    private let definition: DefinitionResource
    private let environment: [String: String]

    /// - Parameter environment: Where parameters without a value are looked for, so
    ///   that what is secret need not be typed.
    init(_ definition: DefinitionResource, environment: [String: String]) {
        self.definition = definition
        self.environment = environment
    }

    /// The request.
    ///
    /// - Throws: `Trouble` for a word that is none of its parameters, or cannot be
    ///   what that takes.
    func submission(_ words: [String]) throws -> JobSubmission {
        var values: [String: DefinitionResource.Value] = [:]
        for word in words {
            guard let assignment = AssignmentArgument(argument: word), !word.hasPrefix("-") else {
                throw Trouble.usage(
                    "-D \(definition.name) takes NAME=VALUE, not '\(word)'; options go before it")
            }
            let name = assignment.key
            guard let parameter = definition.parameters.first(where: { $0.name == name }) else {
                throw Trouble.usage("\(definition.name) has no parameter '\(name)'; \(names)")
            }
            guard let text = assignment.value ?? environment[name] else {
                throw Trouble.usage("\(name): give it as \(name)=VALUE, or in a variable \(name)")
            }
            guard values[name] == nil else { throw Trouble.usage("\(name) is given twice") }
            values[name] = try Self.value(text, parameter)
        }
        return JobSubmission(definition: definition.name, parameters: values)
    }

    private var names: String {
        definition.parameters.isEmpty
            ? "it has none"
            : "it has \(definition.parameters.map(\.name).joined(separator: ", "))"
    }

    /// A text as what the parameter takes. Whether it may be that is for the daemon
    /// to say.
    private static func value(
        _ text: String, _ parameter: DefinitionResource.Parameter
    ) throws -> DefinitionResource.Value {
        switch parameter.type {
        case "integer":
            guard let number = Int64(text) else {
                throw Trouble.usage("\(parameter.name) must be a whole number, not '\(text)'")
            }
            return .integer(number)
        case "number":
            if let number = Int64(text) { return .integer(number) }
            guard let number = Double(text), number.isFinite else {
                throw Trouble.usage("\(parameter.name) must be a number, not '\(text)'")
            }
            return .number(number)
        case "boolean":
            switch text {
            case "true", "yes", "1": return .flag(true)
            case "false", "no", "0": return .flag(false)
            default:
                throw Trouble.usage("\(parameter.name) must be true or false, not '\(text)'")
            }
        default: return .text(text)
        }
    }
}
