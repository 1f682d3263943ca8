import JobAPI

/// What `--resource` means for a job, and for a queue.
enum ResourceOptions {
    /// What a job needs: `gpu=1`, or `gpu` for one.
    ///
    /// - Throws: `Trouble` when it is no whole number.
    static func needs(_ assignments: [AssignmentArgument]) throws -> [String: Int64] {
        var needs: [String: Int64] = [:]
        for assignment in assignments {
            guard let need = assignment.value.map(number) ?? 1, need > 0 else {
                throw Trouble.usage(
                    "--resource wants NAME=N with a whole number, not "
                        + "'\(assignment.key)=\(assignment.value ?? "")'")
            }
            guard needs.updateValue(need, forKey: assignment.key) == nil else {
                throw Trouble.usage("--resource \(assignment.key) is given twice")
            }
        }
        return needs
    }

    /// What a queue has: a whole number alone is counted; anything else, anything
    /// with a comma, and what is given more than once are names.
    ///
    /// - Throws: `Trouble` when there is nothing after the name.
    static func amounts(
        _ assignments: [AssignmentArgument]
    ) throws -> [String: QueueResource.Amount] {
        var texts: [String: [String]] = [:]
        for assignment in assignments {
            guard let value = assignment.value, !value.isEmpty else {
                throw Trouble.usage(
                    "--resource wants NAME=N or NAME=A,B, not '\(assignment.key)'")
            }
            texts[assignment.key, default: []].append(value)
        }
        return try texts.mapValues { texts in
            if let text = texts.first, texts.count == 1, let count = number(text) {
                return .count(count)
            }
            let names = texts.flatMap { $0.split(separator: ",").map(String.init) }
            guard Set(names).count == names.count, !names.isEmpty else {
                throw Trouble.usage(
                    "--resource wants different names: \(texts.joined(separator: ","))")
            }
            return .names(names)
        }
    }

    private static func number(_ text: String) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text)
    }
}
