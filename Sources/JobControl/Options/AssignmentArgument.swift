import ArgumentParser

/// `KEY=VALUE`.
struct AssignmentArgument: ExpressibleByArgument, Hashable {
    var key: String
    /// nil when there is no equals sign.
    var value: String?

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "=") else {
            guard !argument.isEmpty else { return nil }
            key = argument
            return
        }
        guard equals > argument.startIndex else { return nil }
        key = String(argument[..<equals])
        value = String(argument[argument.index(after: equals)...])
    }
}

extension AssignmentArgument {
    /// Labels by name.
    ///
    /// - Throws: `Trouble` when one has no value.
    static func labels(_ assignments: [AssignmentArgument]) throws -> [String: String] {
        var values: [String: String] = [:]
        for assignment in assignments {
            guard let value = assignment.value else {
                throw Trouble.usage("--label wants KEY=VALUE, not '\(assignment.key)'")
            }
            values[assignment.key] = value
        }
        return values
    }
}
