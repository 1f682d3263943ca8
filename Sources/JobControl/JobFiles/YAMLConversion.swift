import JobAPI
import Yams

/// YAML as JSON, no value becoming something else than it says: by the core schema
/// of YAML 1.2.2, §10.3, so that `yes`, `22:30` and `2026-11-22` are strings.
struct YAMLConversion {
    private var json: [UInt8] = []

    /// The JSON of a document; of several, an array.
    ///
    /// - Throws: `Trouble`, saying where it is.
    static func json(_ text: String) throws -> [UInt8] {
        var conversion = YAMLConversion()
        let documents = try nodes(text)
        guard let first = documents.first else { throw Trouble.usage("it is empty") }
        if documents.count == 1 {
            try conversion.write(first, depth: 0)
        } else {
            try conversion.write(.sequence(Node.Sequence(documents)), depth: 0)
        }
        return conversion.json
    }

    /// The documents of a text.
    ///
    /// - Throws: `Trouble`, saying where it is no YAML.
    static func nodes(_ text: String) throws -> [Node] {
        do {
            // Its own iterator: a copy of it would keep an error to itself.
            var documents = try Yams.compose_all(yaml: text)
            var nodes: [Node] = []
            while let node = documents.next() { nodes.append(node) }
            if let error = documents.error { throw error }
            return nodes
        } catch let error as YamlError {
            throw Trouble.usage("it is not YAML: \(words(error))")
        }
    }

    /// Where a node is: `line 3: `; nothing when that is not known.
    static func place(_ node: Node) -> String {
        node.mark.map { "line \($0.line): " } ?? ""
    }

    /// Anchors can make a small text very large.
    private static let limit = JobSubmission.maximumBytes
    /// Deeper than any job is.
    private static let largestDepth = 64

    private mutating func write(_ node: Node, depth: Int) throws {
        guard depth < Self.largestDepth, json.count < Self.limit else {
            throw Trouble.usage("\(Self.place(node))it is larger than what a daemon takes")
        }
        switch node {
        case .scalar(let scalar):
            put(try YAMLScalar(scalar, place: Self.place(node)).json)
        case .sequence(let sequence):
            put("[")
            for (index, element) in sequence.enumerated() {
                if index > 0 { put(",") }
                try write(element, depth: depth + 1)
            }
            put("]")
        case .mapping(let mapping):
            put("{")
            for (index, member) in try Self.members(mapping, depth: depth).enumerated() {
                if index > 0 { put(",") }
                put(JSONText.string(member.name) + ":")
                try write(member.value, depth: depth + 1)
            }
            put("}")
        case .alias(let alias):
            throw Trouble.usage("there is nothing with the anchor \(alias.anchor)")
        }
    }

    private mutating func put(_ text: String) {
        json.append(contentsOf: text.utf8)
    }

    /// The members of a mapping, with those that `<<` takes over from others
    /// (yaml.org/type/merge.html) where it has none of its own.
    private static func members(
        _ mapping: Node.Mapping, depth: Int
    ) throws -> [(name: String, value: Node)] {
        guard depth < largestDepth else {
            throw Trouble.usage("it is larger than what a daemon takes")
        }
        var members: [(name: String, value: Node)] = []
        var merged: [(name: String, value: Node)] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw Trouble.usage("\(place(key))a name must be text")
            }
            guard name.string == "<<", name.style == .plain else {
                members.append((name.string, value))
                continue
            }
            let sources: [Node] =
                if case .sequence(let list) = value { Array(list) } else { [value] }
            for source in sources {
                guard case .mapping(let source) = source else {
                    throw Trouble.usage("\(place(key))<< takes what has members")
                }
                merged += try self.members(source, depth: depth + 1)
            }
        }
        var names = Set(members.map(\.name))
        return members + merged.filter { names.insert($0.name).inserted }
    }

    private static func words(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let names, let context):
            "line \(context.mark.line): \(names.joined(separator: ", ")) is there twice"
        case .reader(let problem, let offset, _, _):
            "\(problem)\(offset.map { ", after \($0) bytes" } ?? "")"
        default: DisplayText.clean("\(error)")
        }
    }
}
