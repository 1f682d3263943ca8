/// YAML files for people, as the JSON that the API takes.

package import Yams

/// YAML as JSON, no value becoming something else than it says: by the core schema
/// of YAML 1.2.2, §10.3, so that `yes`, `22:30` and `2026-11-22` are strings.
package struct YAMLConversion {
    /// The JSON of what was given.
    package private(set) var json: [UInt8] = []
    /// The lines that values begin in, by their paths as errors name them:
    /// `transcode.command[2]`.
    package private(set) var lines: [String: Int] = [:]

    /// Converts a part of a document.
    ///
    /// - Throws: `YAMLTrouble` when JSON cannot say it.
    package init(_ node: Node) throws(YAMLTrouble) {
        try write(node, path: "", depth: 0)
    }

    /// The JSON of a document; of several, an array.
    ///
    /// - Throws: `YAMLTrouble`, saying where it is.
    package static func json(_ text: String) throws(YAMLTrouble) -> [UInt8] {
        let documents = try nodes(text)
        guard let first = documents.first else { throw YAMLTrouble(line: nil, "it is empty") }
        let isOne = documents.count == 1
        return try YAMLConversion(isOne ? first : .sequence(Node.Sequence(documents))).json
    }

    /// The documents of a text.
    ///
    /// - Throws: `YAMLTrouble`, saying where it is no YAML.
    package static func nodes(_ text: String) throws(YAMLTrouble) -> [Node] {
        do {
            // Its own iterator: a copy of it would keep an error to itself.
            var documents = try Yams.compose_all(yaml: text)
            var nodes: [Node] = []
            while let node = documents.next() { nodes.append(node) }
            if let error = documents.error { throw error }
            return nodes
        } catch {
            throw trouble(error)
        }
    }

    /// Where a node is: `line 3: `; nothing when that is not known.
    package static func place(_ node: Node) -> String {
        line(node).map { "line \($0): " } ?? ""
    }

    /// The line that a node begins in.
    private static func line(_ node: Node) -> Int? { node.mark?.line }

    /// Anchors can make a small text very large.
    private static let limit = 1 << 20
    /// Deeper than any job is.
    private static let largestDepth = 64

    private mutating func write(
        _ node: Node, path: String, depth: Int
    ) throws(YAMLTrouble) {
        guard depth < Self.largestDepth, json.count < Self.limit else {
            throw YAMLTrouble(
                line: Self.line(node), "it is larger than what a daemon takes")
        }
        if lines[path] == nil { lines[path] = Self.line(node) }
        switch node {
        case .scalar(let scalar):
            put(try YAMLScalar(scalar, line: Self.line(node)).json)
        case .sequence(let sequence):
            put("[")
            for (index, element) in sequence.enumerated() {
                if index > 0 { put(",") }
                try write(element, path: "\(path)[\(index)]", depth: depth + 1)
            }
            put("]")
        case .mapping(let mapping):
            put("{")
            for (index, member) in try Self.members(mapping, depth: depth).enumerated() {
                if index > 0 { put(",") }
                put(YAMLScalar.string(member.name) + ":")
                let place = path.isEmpty ? member.name : "\(path).\(member.name)"
                lines[place] = member.line
                try write(member.value, path: place, depth: depth + 1)
            }
            put("}")
        case .alias(let alias):
            throw YAMLTrouble(
                line: Self.line(node), "there is nothing with the anchor \(alias.anchor)")
        }
    }

    private mutating func put(_ text: String) {
        json.append(contentsOf: text.utf8)
    }

    private struct Member {
        let name: String
        let value: Node
        let line: Int?
    }

    /// The members of a mapping, with those that `<<` takes over from others
    /// (yaml.org/type/merge.html) where it has none of its own.
    private static func members(
        _ mapping: Node.Mapping, depth: Int
    ) throws(YAMLTrouble) -> [Member] {
        guard depth < largestDepth else {
            throw YAMLTrouble(line: nil, "it is larger than what a daemon takes")
        }
        var members: [Member] = []
        var merged: [Member] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw YAMLTrouble(line: line(key), "a name must be text")
            }
            guard name.string == "<<", name.style == .plain else {
                members.append(Member(name: name.string, value: value, line: line(key)))
                continue
            }
            let sources: [Node] =
                if case .sequence(let list) = value { Array(list) } else { [value] }
            for source in sources {
                guard case .mapping(let source) = source else {
                    throw YAMLTrouble(line: line(key), "<< takes what has members")
                }
                merged += try self.members(source, depth: depth + 1)
            }
        }
        var names = Set(members.map(\.name))
        return members + merged.filter { names.insert($0.name).inserted }
    }

    private static func trouble(_ error: any Error) -> YAMLTrouble {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
            .composer(_, let problem, let mark, _)?:
            YAMLTrouble(line: mark.line, "it is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let names, let context)?:
            YAMLTrouble(
                line: context.mark.line,
                "it is not YAML: \(names.joined(separator: ", ")) is there twice")
        case .reader(let problem, let offset, _, _)?:
            YAMLTrouble(
                line: nil, "it is not YAML: \(problem)\(offset.map { ", after \($0) bytes" } ?? "")"
            )
        default: YAMLTrouble(line: nil, "it is not YAML: \(error)")
        }
    }
}
