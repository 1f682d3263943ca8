/// A definition: a command that an administrator offers, with places for parameters.
public struct DefinitionResource: WireResource, Hashable {
    /// What it is started by.
    public var name: String
    /// What it does, for people.
    public var description: String?
    /// What it is started with, in the order in which its command has them.
    public var parameters: [Parameter]
    /// The queue that its jobs go through.
    public var queue: String
    /// Whether its jobs may be given input.
    public var acceptsInput: Bool
    /// What it runs, with `{name}` for parameters; nil for those who may not know.
    public var command: [String]?

    /// A definition that a daemon would offer.
    public init(
        name: String, description: String? = nil, parameters: [Parameter], queue: String,
        acceptsInput: Bool, command: [String]? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.queue = queue
        self.acceptsInput = acceptsInput
        self.command = command
    }

    private enum CodingKeys: String, CodingKey {
        case name, description, parameters, queue, command
        case acceptsInput = "accepts_stdin"
    }

    /// A parameter.
    public struct Parameter: Hashable, Sendable, Decodable {
        /// What it is given by.
        public var name: String
        /// What it takes: `string`, `integer`, `number`, `boolean` or `path`; more in
        /// newer daemons.
        public var type: String
        /// What it is for.
        public var description: String?
        /// Whether it must be given.
        public var isRequired: Bool
        /// Whether what it is given is shown to nobody.
        public var isSecret: Bool
        /// What it is when it is not given.
        public var standard: Value?
        /// If there are any, it is one of these.
        public var choices: [Value]?
        /// A regular expression that all of it has to match.
        public var pattern: String?
        /// The smallest and the largest number that it may be.
        public var range: [Double]?

        /// A parameter that a daemon would offer.
        public init(
            name: String, type: String, description: String? = nil, isRequired: Bool,
            isSecret: Bool, standard: Value? = nil, choices: [Value]? = nil,
            pattern: String? = nil, range: [Double]? = nil
        ) {
            self.name = name
            self.type = type
            self.description = description
            self.isRequired = isRequired
            self.isSecret = isSecret
            self.standard = standard
            self.choices = choices
            self.pattern = pattern
            self.range = range
        }

        private enum CodingKeys: String, CodingKey {
            case name, type, description
            case isRequired = "required"
            case isSecret = "secret"
            case standard = "default"
            case choices, pattern, range
        }
    }

    /// What a parameter is given as.
    public enum Value: Hashable, Sendable, Codable, CustomStringConvertible {
        case text(String)
        case integer(Int64)
        /// A number that is not whole, or too large for an integer.
        case number(Double)
        case flag(Bool)

        /// Reads a string, a number, or true or false.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Tried in turn: JSON has no other way to tell which one it is.
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Int64.self) {
                self = .integer(number)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        /// Writes a string, a number, or true or false.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let number): try container.encode(number)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            }
        }

        /// As the command is given it.
        public var description: String {
            switch self {
            case .text(let text): text
            case .integer(let number): String(number)
            case .number(let number): number.description
            case .flag(let flag): flag ? "true" : "false"
            }
        }
    }
}
