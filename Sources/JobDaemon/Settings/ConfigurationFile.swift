import Foundation
import JobAPI
import JobModel
import YAMLReading
import Yams

/// What the configuration file says.
struct ConfigurationFile {
    /// Values by the keys of settings; several where it has a list.
    private(set) var settings: [String: [String]] = [:]
    /// What may be started by name.
    private(set) var definitions: [Definition] = []

    /// A file that says nothing.
    init() {}

    /// Reads the file at `path`.
    ///
    /// - Throws: `StartError` when it cannot be read, is not a mapping of settings,
    ///   has one that does not exist, or definitions that make no sense.
    init(path: String) throws {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw StartError(
                .configuration, "The configuration file \(path) cannot be read: \(error)")
        }
        do {
            try read(YAMLConversion.nodes(text), path)
        } catch let error as YAMLTrouble {
            let place = error.line.map { "\(path):\($0)" } ?? path
            throw StartError(.configuration, "\(place): \(error.message)")
        }
    }

    private mutating func read(_ documents: [Node], _ path: String) throws {
        guard let root = documents.first else { return }
        guard documents.count == 1, let mapping = root.mapping else {
            throw StartError(
                .configuration, "The configuration file \(path) must be lines of 'setting: value'.")
        }
        let known = Dictionary(uniqueKeysWithValues: SettingName.allCases.map { ($0.key, $0) })
        for (keyNode, valueNode) in mapping {
            let key = keyNode.string ?? ""
            if key == Self.definitionsKey {
                definitions = try Self.definitions(valueNode, path)
                continue
            }
            guard let name = known[key] else {
                throw StartError(
                    .configuration,
                    "\(path): '\(key)' is not a setting. There are: "
                        + (known.keys.sorted() + [Self.definitionsKey]).joined(separator: ", ")
                        + ".")
            }
            guard settings[key] == nil else {
                throw StartError(.configuration, "\(path): \(key) is there twice.")
            }
            settings[key] = try Self.values(of: name, valueNode, path)
        }
    }

    /// What a setting is given as: nothing is left out that could not be understood.
    private static func values(
        of name: SettingName, _ node: Node, _ path: String
    ) throws -> [String] {
        let place = "\(path): \(YAMLConversion.place(node))\(name.key)"
        switch node {
        case .scalar(let scalar): return [scalar.string]
        case .sequence(let sequence) where name.isList:
            return try sequence.map { element in
                guard let scalar = element.scalar else {
                    throw StartError(
                        .configuration, "\(place) must be a list of texts, each of them one value.")
                }
                return scalar.string
            }
        case .sequence:
            throw StartError(.configuration, "\(place) takes one value, not a list.")
        case .mapping, .alias:
            let kinds = name.isList ? "a value or a list of values" : "one value"
            throw StartError(.configuration, "\(place) must be \(kinds).")
        }
    }

    private static let definitionsKey = "definitions"

    /// The definitions of a node.
    ///
    /// - Throws: `YAMLTrouble`; `StartError` with a line for each that is wrong.
    private static func definitions(_ node: Node, _ path: String) throws -> [Definition] {
        let conversion = try YAMLConversion(node)
        if conversion.json == Array("null".utf8) { return [] }
        guard case .mapping = node else {
            throw StartError(
                .configuration,
                "\(path): \(definitionsKey) must hold definitions by their names.")
        }
        do {
            return try Definition.all(json: conversion.json)
        } catch {
            throw StartError(
                .configuration,
                error.fields.map { error in
                    let line = line(of: error.field, in: conversion.lines) ?? node.mark?.line
                    let place = line.map { "\(path):\($0)" } ?? path
                    return "\(place): \(definitionsKey).\(error.field) \(error.message)"
                }.joined(separator: "\n"))
        }
    }

    /// The line of a field or, when that is missing, of what it would be in.
    private static func line(of field: String, in lines: [String: Int]) -> Int? {
        var path = field[...]
        while !path.isEmpty {
            if let line = lines[String(path)] { return line }
            path = path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)]
        }
        return nil
    }
}
