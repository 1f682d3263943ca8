import Foundation
import JobModel

/// Values that are kept as JSON in a column.
enum Columns {
    // MARK: Writing

    /// A command: an array or a string.
    static func json(_ command: Command) throws -> String {
        switch command {
        case .arguments(let arguments): try json(arguments)
        case .shell(let line): try json(line)
        }
    }

    /// With sorted keys, so that equal values are equal texts.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func json(_ policy: RetryPolicy) throws -> String {
        try json(
            StoredRetry(
                maxAttempts: policy.maxAttempts, backoff: policy.backoff, factor: policy.factor,
                maxBackoff: policy.maxBackoff, on: policy.on.map(\.rawValue).sorted()))
    }

    static func json(_ resources: [String: Resource]) throws -> String {
        try json(
            resources.mapValues { resource in
                switch resource {
                case .count(let count): Shares.amount(count)
                case .names(let names): Shares.names(names)
                }
            })
    }

    static func json(_ grants: [String: Grant]) throws -> String {
        try json(
            grants.mapValues { grant in
                switch grant {
                case .amount(let amount): Shares.amount(amount)
                case .names(let names): Shares.names(names)
                }
            })
    }

    static func json(_ secrets: [String: Secret]) throws -> String {
        let text = try json(secrets.mapValues(\.value))
        return secrets.isEmpty ? text : overflow + text
    }

    static func json(_ parameters: [String: ParameterValue]) throws -> String {
        try json(parameters.mapValues(StoredParameter.init))
    }
    /// What stands before secrets, so that they lie in pages of their own.
    ///
    /// `secure_delete` does not reach copies that SQLite makes of a row's beginning
    /// when it divides a page among several. What follows the first 4,061 bytes of a
    /// row is in overflow pages (sqlite.org/fileformat2.html#cell_payload_overflow_pages),
    /// which are never divided, and are zeroed when they are freed.
    private static let overflow = String(repeating: " ", count: 4096)

    static func json(_ user: RunAs) throws -> String {
        try json(StoredRunAs(user: user.user, group: user.group))
    }

    static func json(_ limits: ResourceLimits) throws -> String {
        try json(
            StoredLimits(
                memoryBytes: limits.memoryBytes, cpuSeconds: limits.cpuSeconds,
                openFiles: limits.openFiles, processes: limits.processes, nice: limits.nice,
                io: limits.io?.rawValue))
    }

    // MARK: Reading

    static func command(_ json: String) -> Command? {
        // What is not the one is the other.
        if let line = try? decode(String.self, json) { return .shell(line) }
        if let arguments = try? decode([String].self, json) { return .arguments(arguments) }
        return nil
    }

    static func strings(_ json: String) throws -> [String: String] {
        if json == "{}" { return [:] }
        return try decode([String: String].self, json)
    }

    static func secrets(_ json: String) throws -> [String: Secret] {
        if json == "{}" { return [:] }
        return try decode([String: String?].self, json).mapValues { $0.map(Secret.value) ?? .gone }
    }

    static func parameters(_ json: String) throws -> [String: ParameterValue] {
        if json == "{}" { return [:] }
        return try decode([String: StoredParameter].self, json).mapValues(\.value)
    }

    static func runAs(_ json: String) throws -> RunAs {
        let stored = try decode(StoredRunAs.self, json)
        return RunAs(user: stored.user, group: stored.group)
    }

    static func limits(_ json: String) throws -> ResourceLimits {
        if json == "{}" { return ResourceLimits() }
        let stored = try decode(StoredLimits.self, json)
        return ResourceLimits(
            memoryBytes: stored.memoryBytes, cpuSeconds: stored.cpuSeconds,
            openFiles: stored.openFiles, processes: stored.processes, nice: stored.nice,
            io: stored.io.flatMap(ResourceLimits.IOPriority.init(rawValue:)))
    }

    static func amounts(_ json: String) throws -> [String: Int64] {
        if json == "{}" { return [:] }
        return try decode([String: Int64].self, json)
    }

    static func names(_ json: String) throws -> [String] {
        try decode([String].self, json)
    }

    static func ids(_ json: String) throws -> [JobID] {
        if json == "[]" { return [] }
        return try decode([Int64].self, json).map(JobID.init(rawValue:))
    }

    static func retry(_ json: String) throws -> RetryPolicy {
        let stored = try decode(StoredRetry.self, json)
        return RetryPolicy(
            maxAttempts: stored.maxAttempts, backoff: stored.backoff, factor: stored.factor,
            maxBackoff: stored.maxBackoff, on: Set(stored.on.compactMap(Failure.init(rawValue:))))
    }

    static func resources(_ json: String) throws -> [String: Resource] {
        if json == "{}" { return [:] }
        return try decode([String: Shares].self, json).mapValues { shares in
            switch shares {
            case .amount(let count): .count(count)
            case .names(let names): .names(names)
            }
        }
    }

    static func grants(_ json: String?) throws -> [String: Grant] {
        guard let json else { return [:] }
        return try decode([String: Shares].self, json).mapValues { shares in
            switch shares {
            case .amount(let amount): .amount(amount)
            case .names(let names): .names(names)
            }
        }
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value
    {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    /// A number or names, as `Resource` and `Grant` are kept.
    private enum Shares: Codable {
        case amount(Int64)
        case names([String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // What is no number is names, and says so itself if it is neither.
            if let amount = try? container.decode(Int64.self) {
                self = .amount(amount)
            } else {
                self = .names(try container.decode([String].self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .amount(let amount): try container.encode(amount)
            case .names(let names): try container.encode(names)
            }
        }
    }

    /// A parameter's value as itself.
    private struct StoredParameter: Codable {
        let value: ParameterValue

        init(_ value: ParameterValue) {
            self.value = value
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Tried in turn: JSON has no other way to tell what it is.
            if let flag = try? container.decode(Bool.self) {
                value = .flag(flag)
            } else if let number = try? container.decode(Int64.self) {
                value = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                value = .number(number)
            } else {
                value = .text(try container.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch value {
            case .text(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            }
        }
    }

    private struct StoredRunAs: Codable {
        var user: String
        var group: String?
    }

    private struct StoredLimits: Codable {
        var memoryBytes: Int64?
        var cpuSeconds: Int64?
        var openFiles: Int64?
        var processes: Int64?
        var nice: Int?
        var io: String?
    }

    private struct StoredRetry: Codable {
        var maxAttempts: Int
        var backoff: Int64
        var factor: Double
        var maxBackoff: Int64
        var on: [String]
    }
}
