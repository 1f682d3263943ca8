extension Parameter {
    /// What is wrong with a value; nil when nothing is. It never repeats the value,
    /// which may be secret.
    ///
    /// Whether a path leads out of its directory is seen when it is resolved.
    func objection(to value: ParameterValue) -> String? {
        if let objection = objectionOfKind(to: value) { return objection }
        // Byte by byte: to Swift different ways to write an accent are the same.
        guard let choices, !choices.contains(where: { $0.isIdentical(to: value) }) else {
            return nil
        }
        return "must be one of \(choices.map(\.text).joined(separator: ", "))"
    }

    private func objectionOfKind(to value: ParameterValue) -> String? {
        switch (kind, value) {
        case (.string(let rule), .text(let text)): return rule.objection(to: text)
        case (.integer(let range), .integer(let number)):
            guard let range, !range.contains(number) else { return nil }
            return "must be from \(range.lowerBound) to \(range.upperBound)"
        case (.number(let range), .integer(let number)):
            return Self.objection(to: Double(number), range)
        case (.number(let range), .number(let number)): return Self.objection(to: number, range)
        case (.boolean, .flag): return nil
        case (.path, .text(let text)):
            if text.isEmpty { return "must not be empty" }
            if text.utf8.count > RootedPath.maximumBytes {
                return "must not be longer than \(RootedPath.maximumBytes) bytes"
            }
            return TextRule.objection(toScalarsOf: text, controls: false)
        case (.string, _), (.path, _): return "must be a string, not \(value.kind)"
        case (.integer, .number): return "must be a whole number"
        case (.integer, _): return "must be a whole number, not \(value.kind)"
        case (.number, _): return "must be a number, not \(value.kind)"
        case (.boolean, _): return "must be true or false, not \(value.kind)"
        }
    }

    private static func objection(to number: Double, _ range: ClosedRange<Double>?) -> String? {
        guard number.isFinite else { return "must be a number" }
        guard let range, !range.contains(number) else { return nil }
        return "must be from \(ParameterValue.number(range.lowerBound).text) to "
            + ParameterValue.number(range.upperBound).text
    }
}
