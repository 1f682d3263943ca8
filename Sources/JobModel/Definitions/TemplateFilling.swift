/// Puts parameters into their places, and remembers those that must not be there.
struct TemplateFilling {
    /// What a parameter has come to.
    struct Value {
        /// As it was given.
        var given: ParameterValue
        /// As the command is given it.
        var text: String
    }

    private let parameters: [String: Parameter]
    /// Those that are there: optional ones may be missing, and such as were refused.
    private let values: [String: Value]
    private(set) var errors: [FieldError] = []

    /// execve(2), MAX_ARG_STRLEN: 32 pages, the terminating NUL included.
    private static let maximumArgument = 131_071

    init(parameters: [Parameter], values: [String: Value]) {
        self.parameters = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
        self.values = values
    }

    private mutating func reject(_ name: String, _ message: String) {
        let error = FieldError(field: "parameters.\(name)", message: message)
        if !errors.contains(error) { errors.append(error) }
    }

    /// What an element of a command becomes.
    mutating func arguments(_ element: Definition.Element) -> [String] {
        switch element {
        case .text(let template): return [argument(template)]
        case .optional(let name, let given, let otherwise):
            let value = values[name]?.given
            let isThere = value != nil && value != .flag(false)
            return (isThere ? given : otherwise).map { argument($0) }
        }
    }

    /// Variables; those whose parameter is missing are left out.
    mutating func variables(_ templates: [String: TextTemplate]) -> [String: String] {
        var variables: [String: String] = [:]
        for (variable, template) in templates.sorted(by: { $0.key < $1.key }) {
            if let name = template.onlyName, values[name] == nil { continue }
            variables[variable] = checked(template)
        }
        return variables
    }

    /// Secret variables; those whose parameter is missing are left out.
    mutating func secrets(_ templates: [String: TextTemplate]) -> [String: Secret] {
        let variables = variables(templates)
        var bytes = 0
        for (variable, value) in variables {
            bytes += variable.utf8.count + value.utf8.count
            guard let name = templates[variable]?.names.first, values[name] != nil else { continue }
            if Secret.refusal(of: value) != nil {
                reject(
                    name,
                    "makes a secret shorter than \(Secret.minimumBytes) bytes, which could not be "
                        + "told from other output")
            } else if bytes > Secret.maximumBytes {
                reject(name, "makes secrets longer than \(Secret.maximumBytes) bytes together")
            }
        }
        return variables.mapValues(Secret.value)
    }

    /// A text that is for people.
    func text(_ template: TextTemplate) -> String { template.text(values.mapValues(\.text)) }

    private mutating func argument(_ template: TextTemplate) -> String {
        let text = checked(template)
        if text.utf8.first == UInt8(ascii: "-"), let name = dashing(template) {
            reject(name, "must not begin with a dash, which would make it an option")
        }
        return text
    }

    /// The parameter that gives an argument its dash at the beginning, and may not.
    private func dashing(_ template: TextTemplate) -> String? {
        for piece in template.pieces {
            guard case .placeholder(let name) = piece, let parameter = parameters[name] else {
                // The dash is the template's own, unless there was to be something
                // before it.
                return template.names.first.flatMap { first in
                    template.pieces.first == .placeholder(first) ? first : nil
                }
            }
            if values[name]?.text.isEmpty == true { continue }
            return parameter.mayBeginWithDash ? nil : name
        }
        return nil
    }

    /// A text for a machine.
    private mutating func checked(_ template: TextTemplate) -> String {
        // What was refused already need not be refused for what it leads to.
        guard template.names.allSatisfy({ values[$0] != nil }) else { return "" }
        var text = ""
        // The same with something harmless in place of each parameter.
        var harmless = ""
        var inPath: String?
        for piece in template.pieces {
            switch piece {
            case .literal(let literal):
                text += literal
                harmless += literal
            case .placeholder(let name):
                let value = values[name]?.text ?? ""
                if case .string(let rule)? = parameters[name]?.kind, harmless.hasSlash {
                    inPath = inPath ?? name
                    let isFree = rule.pattern == nil && parameters[name]?.choices == nil
                    if isFree, value.hasSlash {
                        reject(name, "must not contain a /")
                    }
                }
                text += value
                harmless += "x"
            }
        }
        if let inPath, Self.climbs(text) > Self.climbs(harmless) {
            reject(inPath, "must not make a path with .. in it")
        }
        if text.utf8.count > Self.maximumArgument, let name = template.names.first {
            reject(name, "makes an argument longer than \(Self.maximumArgument) bytes")
        }
        return text
    }

    private static func climbs(_ path: String) -> Int {
        path.pathComponents.count { $0 == ".." }
    }
}

extension String {
    /// By bytes, as for `pathComponents`.
    fileprivate var hasSlash: Bool { utf8.contains(UInt8(ascii: "/")) }
}

extension Parameter {
    /// Whether an argument may begin with this, and that with a dash.
    fileprivate var mayBeginWithDash: Bool {
        if choices != nil { return true }
        switch kind {
        case .string(let rule): return rule.allowsLeadingDash
        case .integer, .number, .boolean, .path: return true
        }
    }
}
