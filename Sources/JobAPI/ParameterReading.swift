import JobModel

extension Parameter {
    /// The parameter that a definition's `parameters` describe, as far as that is
    /// right.
    static func read(_ name: String, _ reader: inout ObjectReader) -> Parameter {
        let word = word(&reader)
        var parameter = Parameter(name: name, kind: kind(word, &reader))
        parameter.description = reader.string("description", maximumBytes: 4096)
        parameter.standard = value("default", &reader)
        parameter.isSecret = reader.bool("secret") ?? false
        let isRequired = reader.bool("required")
        if isRequired == true, parameter.standard != nil {
            reader.reject("required", "makes no sense beside a default: leave out one")
        }
        parameter.isOptional = isRequired == false
        switch word {
        case .boolean:
            parameter.whenGiven = words("when_true", &reader)
            parameter.whenFalse = words("when_false", &reader)
            // It is false when it is not given.
            parameter.isOptional = false
        case .string, .integer, .number, .path:
            parameter.whenGiven = words("when_given", &reader)
        }
        if word != .boolean, word != .path, let elements = reader.array("choices", atMost: 1000) {
            parameter.choices = elements.enumerated().compactMap { index, element in
                let choice = ParameterValue(element)
                if choice == nil {
                    reader.reject("choices[\(index)]", "must be a string or a number")
                }
                return choice
            }
        }
        if parameter.isSecret, word != .string {
            reader.reject("secret", "is for parameters of the type string")
        }
        return parameter
    }

    /// The types there are.
    private enum Word: String, CaseIterable {
        case string, integer, number, boolean, path
    }

    private static func word(_ reader: inout ObjectReader) -> Word {
        reader.choice("type", of: Word.self) ?? .string
    }

    private static func kind(_ word: Word, _ reader: inout ObjectReader) -> Kind {
        switch word {
        case .string: .string(textRule(&reader))
        case .integer: .integer(integers(&reader))
        case .number: .number(numbers(&reader))
        case .boolean: .boolean
        case .path: .path(root: root(&reader))
        }
    }

    private static func root(_ reader: inout ObjectReader) -> String {
        guard let root = reader.string("root", maximumBytes: 4095) else {
            if reader.value("root") == nil {
                reader.reject(
                    "root", "is required: the directory that the path must not lead out of")
            }
            return "/"
        }
        return root
    }

    private static func textRule(_ reader: inout ObjectReader) -> TextRule {
        var pattern: ParameterPattern?
        if let source = reader.string("pattern", maximumBytes: 4096) {
            do {
                pattern = try ParameterPattern(source)
            } catch {
                reader.reject("pattern", "is no pattern that can be used: \(error.message)")
            }
        }
        // The length of an argument, execve(2), bounds it anyway.
        let lengths = 0...Int64(131_071)
        let minimum = reader.integer("min_length", in: lengths)
        let maximum = reader.integer("max_length", in: lengths)
        let rule = TextRule(
            pattern: pattern, minimumLength: minimum.map { Int($0) },
            maximumLength: maximum.map { Int($0) } ?? TextRule.defaultMaximumLength,
            allowsLeadingDash: reader.bool("allow_leading_dash") ?? false,
            allowsControlCharacters: reader.bool("allow_control_characters") ?? false)
        if rule.minimumLength > rule.maximumLength {
            reader.reject("min_length", "must not be more than max_length")
        }
        return rule
    }

    private static func integers(_ reader: inout ObjectReader) -> ClosedRange<Int64>? {
        guard let elements = reader.array("range", atMost: 2) else { return nil }
        if elements.count == 2, case .integer(let low) = elements[0],
            case .integer(let high) = elements[1], low <= high
        {
            return low...high
        }
        reader.reject("range", "must be two whole numbers, the smaller first: [0, 51]")
        return nil
    }

    private static func numbers(_ reader: inout ObjectReader) -> ClosedRange<Double>? {
        guard let elements = reader.array("range", atMost: 2) else { return nil }
        let numbers = elements.compactMap { element -> Double? in
            switch element {
            case .integer(let number): Double(number)
            case .number(let number): number
            case .null, .bool, .string, .array, .object: nil
            }
        }
        if elements.count == 2, numbers.count == 2, numbers[0] <= numbers[1] {
            return numbers[0]...numbers[1]
        }
        reader.reject("range", "must be two numbers, the smaller first: [0, 1.5]")
        return nil
    }

    private static func value(_ field: String, _ reader: inout ObjectReader) -> ParameterValue? {
        guard let value = reader.value(field) else { return nil }
        let parameter = ParameterValue(value)
        if parameter == nil {
            reader.reject(field, "must be a string, a number, true or false")
        }
        return parameter
    }

    private static func words(_ field: String, _ reader: inout ObjectReader) -> [String]? {
        guard let elements = reader.array(field, atMost: 100) else { return nil }
        return elements.enumerated().compactMap { index, element in
            guard case .string(let word) = element else {
                reader.reject("\(field)[\(index)]", "must be a string, not \(element.kind)")
                return nil
            }
            return reader.checked(word, "\(field)[\(index)]", maximumBytes: 131_071)
        }
    }
}

extension ParameterValue {
    /// nil for what no parameter can be.
    init?(_ value: JSONValue) {
        switch value {
        case .string(let text): self = .text(text)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .number(number)
        case .bool(let flag): self = .flag(flag)
        case .null, .array, .object: return nil
        }
    }
}
