/// Reads a definition's templates, and remembers all that is wrong with it.
struct DefinitionChecker {
    private let parameters: [String: Parameter]
    private let names: [String]
    private(set) var errors: [FieldError] = []
    /// The parameters that were named, in the order of their first places.
    private(set) var used: [String] = []

    init(_ parameters: [Parameter]) {
        self.parameters = Dictionary(parameters.map { ($0.name, $0) }) { first, _ in first }
        names = parameters.map(\.name)
    }

    private mutating func reject(_ field: String, _ message: String) {
        errors.append(FieldError(field: field, message: message))
    }

    // MARK: Parameters

    /// Checks each by itself.
    mutating func checkParameters() {
        for (index, name) in names.enumerated() {
            if names.prefix(index).contains(name) {
                reject("parameters.\(name)", "is there twice")
            }
            guard let parameter = parameters[name] else { continue }
            check(parameter, "parameters.\(name)")
        }
    }

    private mutating func check(_ parameter: Parameter, _ field: String) {
        if !Parameter.isName(parameter.name) {
            reject(
                field,
                "cannot be a parameter's name: a letter, and then letters, digits, _ and -, at "
                    + "most 64")
        }
        var bare = parameter
        bare.choices = nil
        for (index, choice) in (parameter.choices ?? []).enumerated() {
            if let objection = bare.objection(to: choice) {
                reject("\(field).choices[\(index)]", objection)
            }
        }
        if parameter.choices?.isEmpty == true { reject("\(field).choices", "must not be empty") }
        if let standard = parameter.standard {
            if let objection = parameter.objection(to: standard) {
                reject("\(field).default", objection)
            } else if case (.path(let root), .text(let path)) = (parameter.kind, standard),
                RootedPath.joined(path, to: root) == nil
            {
                reject("\(field).default", "must be a path below \(root)")
            }
            if parameter.isOptional {
                reject("\(field).required", "makes no sense beside a default: leave out one")
            }
        }
        if case .path(let root) = parameter.kind, !root.hasPrefix("/") {
            reject("\(field).root", "must be an absolute path")
        }
    }

    /// What nobody uses is a mistake: it would be asked for in vain.
    mutating func checkUse() {
        for name in names where !used.contains(name) {
            reject(
                "parameters.\(name)",
                "is not used: write {\(name)} where it belongs, or remove it")
        }
    }

    // MARK: Templates

    /// A text in which parameters that are always there may be named.
    mutating func text(_ text: String, _ field: String) -> TextTemplate? {
        guard let template = template(text, field) else { return nil }
        for name in template.names { use(name, field, mayBeMissing: false) }
        return template
    }

    /// Variables whose values may name parameters.
    mutating func variables(
        _ values: [String: String], _ field: String, areSecret: Bool = false
    ) -> [String: TextTemplate] {
        var templates: [String: TextTemplate] = [:]
        for (variable, value) in values.sorted(by: { $0.key < $1.key }) {
            let field = "\(field).\(variable)"
            guard let template = template(value, field) else { continue }
            let isWhole = template.onlyName != nil
            for name in template.names {
                use(name, field, mayBeMissing: isWhole, mayBeSecret: areSecret)
            }
            templates[variable] = template
        }
        return templates
    }

    /// The command's elements.
    mutating func command(_ command: Command) -> [Definition.Element] {
        guard case .arguments(let words) = command else {
            reject(
                "command",
                "must be an array, such as [cp, \"{from}\", /srv]: in a line for the shell a "
                    + "parameter could be more than an argument")
            return []
        }
        var elements: [Definition.Element] = []
        // What each element consists of at most, and its number.
        var written: [(index: Int, template: TextTemplate)] = []
        for (index, word) in words.enumerated() {
            let field = "command[\(index)]"
            guard let template = template(word, field) else { continue }
            if index == 0, !template.names.isEmpty {
                reject(
                    field, "must be a fixed program: whoever starts this would choose what is run")
            }
            let isWhole = template.onlyName != nil
            for name in template.names { use(name, field, mayBeMissing: isWhole) }
            guard let name = template.onlyName, let parameter = parameters[name] else {
                elements.append(.text(template))
                written.append((index, template))
                continue
            }
            let element = self.element(parameter, template)
            elements.append(element)
            switch element {
            case .text: written.append((index, template))
            case .optional(_, let given, let otherwise):
                written += (given + otherwise).map { (index, $0) }
            }
        }
        for place in CodeArguments.places(in: written.map(\.template)) {
            reject(
                "command[\(written[place].index)]",
                "would make a parameter part of a program's code: keep the code fixed, and give "
                    + "the parameter as an argument after it, as in "
                    + "[sh, -c, 'echo \"$1\"', sh, \"{name}\"]")
        }
        return elements
    }

    /// An element that consists of one parameter.
    private mutating func element(
        _ parameter: Parameter, _ template: TextTemplate
    ) -> Definition.Element {
        let field = "parameters.\(parameter.name)"
        let isBoolean = parameter.kind == .boolean
        if isBoolean {
            guard parameter.whenGiven != nil || parameter.whenFalse != nil else {
                return .text(template)
            }
            return .optional(
                parameter.name,
                given: templates(parameter.whenGiven, "\(field).when_true", naming: nil),
                otherwise: templates(parameter.whenFalse, "\(field).when_false", naming: nil))
        }
        guard parameter.whenGiven != nil || parameter.isOptional else { return .text(template) }
        let given =
            parameter.whenGiven == nil
            ? [template]
            : templates(parameter.whenGiven, "\(field).when_given", naming: parameter.name)
        return .optional(parameter.name, given: given, otherwise: [])
    }

    /// - Parameter only: the one parameter that may be named; nil: none may.
    private mutating func templates(
        _ texts: [String]?, _ field: String, naming only: String?
    ) -> [TextTemplate] {
        var templates: [TextTemplate] = []
        for (index, text) in (texts ?? []).enumerated() {
            let field = "\(field)[\(index)]"
            guard let template = template(text, field) else { continue }
            if template.names.contains(where: { $0 != only }) {
                reject(
                    field,
                    only.map { "may name no other parameter than {\($0)}" }
                        ?? "may name no parameter")
            }
            templates.append(template)
        }
        return templates
    }

    private mutating func template(_ text: String, _ field: String) -> TextTemplate? {
        do {
            return try TextTemplate(text)
        } catch {
            reject(field, error.message)
            return nil
        }
    }

    /// Remembers that a field names a parameter.
    private mutating func use(
        _ name: String, _ field: String, mayBeMissing: Bool, mayBeSecret: Bool = false
    ) {
        guard let parameter = parameters[name] else {
            reject(
                field,
                names.isEmpty
                    ? "names the parameter {\(name)}, but there are none"
                    : "names the parameter {\(name)}; there are \(names.joined(separator: ", "))")
            return
        }
        if !used.contains(name) { used.append(name) }
        if parameter.isOptional, !mayBeMissing {
            reject(
                field,
                "needs {\(name)}, which may be missing: give that a default, or let it be a whole "
                    + "element")
        }
        if parameter.isSecret, !mayBeSecret {
            reject(
                field, "would show {\(name)}, which is secret: that may stand in secret_env only")
        }
    }
}
