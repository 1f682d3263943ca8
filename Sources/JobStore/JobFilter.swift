import GRDB
package import JobModel

/// Which jobs somebody wants to see; what is nil or empty admits all.
package struct JobFilter: Hashable, Sendable {
    package var states: [JobState] = []
    package var queue: String?
    package var name: String?
    /// Labels that must all be there.
    package var labels: [String: String] = [:]
    /// A text that the name or the command contains.
    package var text: String?
    /// Whose jobs they are.
    package var owner: Identity?

    package init() {}

    /// Whether it admits everything.
    package var isEmpty: Bool { self == JobFilter() }

    /// Whether each row has to be looked at, since no index tells what it demands.
    var isSearch: Bool { !labels.isEmpty || text != nil }

    /// What indexes tell of it.
    var withoutSearch: JobFilter {
        var filter = self
        filter.labels = [:]
        filter.text = nil
        return filter
    }

    /// Adds what the filter demands of `j`, a row of `jobs`.
    func append(
        to conditions: inout [String], _ arguments: inout StatementArguments
    ) throws {
        if !states.isEmpty {
            let marks = states.map { _ in "?" }.joined(separator: ", ")
            conditions.append("j.state IN (\(marks))")
            for state in states { arguments += [state.rawValue] }
        }
        if let queue {
            conditions.append("j.queue = ?")
            arguments += [queue]
        }
        if let name {
            conditions.append("j.name = ?")
            arguments += [name]
        }
        if let owner {
            conditions.append("j.owner = ?")
            arguments += [owner.rawValue]
        }
        if !labels.isEmpty {
            // One condition for all of them: an expression may not be arbitrarily
            // deep (sqlite.org/limits.html §5).
            conditions.append(
                """
                NOT EXISTS (SELECT 1 FROM json_each(?) w WHERE NOT EXISTS (
                    SELECT 1 FROM json_each(j.labels) l
                    WHERE l.key = w.key AND l.value = w.value))
                """)
            arguments += [try Columns.json(labels)]
        }
        if let text {
            // instr, not LIKE: a text with % in it means that character.
            conditions.append(
                """
                (instr(lower(coalesce(j.name, '')), lower(?)) > 0 OR instr(lower(
                    (SELECT group_concat(value, ' ') FROM json_each(j.command))), lower(?)) > 0)
                """)
            arguments += [text, text]
        }
    }
}
