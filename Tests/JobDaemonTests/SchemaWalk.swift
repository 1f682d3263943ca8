import Foundation

/// Compares JSON with the schemas of the API's description: of JSON Schema as much as
/// is used there for answers. A member that the schema does not describe is wrong,
/// though clients are to expect such.
struct SchemaWalk {
    /// What is wrong, and where.
    struct Mismatch: Error, CustomStringConvertible {
        let description: String
    }

    private let schemas: [String: Any]

    init(_ document: [String: Any]) {
        let components = document["components"] as? [String: Any]
        schemas = components?["schemas"] as? [String: Any] ?? [:]
    }

    /// - Throws: `Mismatch` when `value` is not as the schema `name` says.
    func check(_ value: Any, _ name: String) throws {
        try check(value, schema(["$ref": "#/components/schemas/\(name)"]), name)
    }

    private func schema(_ schema: [String: Any]) throws -> [String: Any] {
        guard let reference = schema["$ref"] as? String else { return schema }
        let name = reference.split(separator: "/").last.map(String.init) ?? ""
        guard let found = schemas[name] as? [String: Any] else {
            throw Mismatch(description: "There is no schema \(name).")
        }
        return try self.schema(found)
    }

    /// A schema that is put together of several objects' as one.
    private func joined(_ schema: [String: Any]) throws -> [String: Any] {
        guard let parts = schema["allOf"] as? [[String: Any]] else { return schema }
        var properties: [String: [String: Any]] = [:]
        var required: [String] = []
        for part in parts {
            let part = try joined(try self.schema(part))
            properties.merge(part["properties"] as? [String: [String: Any]] ?? [:]) { $1 }
            required += part["required"] as? [String] ?? []
        }
        return ["type": "object", "properties": properties, "required": required]
    }

    private func check(_ value: Any, _ given: [String: Any], _ path: String) throws {
        let schema = try joined(try schema(given))
        if let choices = schema["oneOf"] as? [[String: Any]] {
            var errors: [String] = []
            for choice in choices {
                do { return try check(value, choice, path) } catch { errors.append("\(error)") }
            }
            throw Mismatch(description: "\(path): none of \(errors)")
        }
        let types = schema["type"] as? [String] ?? (schema["type"] as? String).map { [$0] } ?? []
        guard types.contains(where: { Self.isOf($0, value) }) else {
            throw Mismatch(description: "\(path): \(value) is not \(types)")
        }
        if let words = schema["enum"] as? [Any], !(value is NSNull) {
            guard words.contains(where: { ($0 as? String) == (value as? String) }) else {
                throw Mismatch(description: "\(path): \(value) is not among \(words)")
            }
        }
        if let object = value as? [String: Any] {
            try checkMembers(of: object, schema, path)
        } else if let array = value as? [Any], let items = schema["items"] as? [String: Any] {
            for (index, element) in array.enumerated() {
                try check(element, items, "\(path)[\(index)]")
            }
        }
    }

    private func checkMembers(
        of object: [String: Any], _ schema: [String: Any], _ path: String
    ) throws {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        let others = schema["additionalProperties"] as? [String: Any]
        for (name, member) in object {
            guard let described = properties[name] ?? others else {
                throw Mismatch(description: "\(path).\(name) is not described")
            }
            try check(member, described, "\(path).\(name)")
        }
        for name in schema["required"] as? [String] ?? [] where object[name] == nil {
            throw Mismatch(description: "\(path).\(name) is missing")
        }
    }

    private static func isOf(_ type: String, _ value: Any) -> Bool {
        // NSNumber holds truth values too.
        let number = value as? NSNumber
        let isFlag = number.map { String(cString: $0.objCType) == "c" } ?? false
        return switch type {
        case "null": value is NSNull
        case "boolean": isFlag
        case "integer": !isFlag && number.map { $0.doubleValue.rounded() == $0.doubleValue } == true
        case "number": !isFlag && number != nil
        case "string": value is String
        case "array": value is [Any]
        case "object": value is [String: Any]
        default: false
        }
    }
}
