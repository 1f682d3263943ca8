/// What may be given for a place in a definition, and what becomes of it.
package struct Parameter: Hashable, Sendable {
    /// What it takes.
    package enum Kind: Hashable, Sendable {
        case string(TextRule)
        /// A whole number, within a range if there is one.
        case integer(ClosedRange<Int64>?)
        /// Any number, within a range if there is one.
        case number(ClosedRange<Double>?)
        case boolean
        /// A file or directory below this directory, which is absolute.
        case path(root: String)

        /// The word for it in configurations and answers.
        package var word: String {
            switch self {
            case .string: "string"
            case .integer: "integer"
            case .number: "number"
            case .boolean: "boolean"
            case .path: "path"
            }
        }
    }

    package var name: String
    /// For people who are asked for it.
    package var description: String?
    package var kind: Kind
    /// If there are any, it is one of these.
    package var choices: [ParameterValue]?
    /// What it is when it is not given.
    package var standard: ParameterValue?
    /// Whether it may be missing altogether.
    package var isOptional: Bool
    /// Whether it is shown to nobody.
    package var isSecret: Bool
    /// The elements that take its place where it is a whole element of the command,
    /// as they are written: of a boolean when it is true, of any other when it is
    /// given; nil: the value itself.
    package var whenGiven: [String]?
    /// The elements that take the place of a boolean that is false; nil: none when
    /// there are some for the other case, else the word.
    package var whenFalse: [String]?

    package init(
        name: String, description: String? = nil, kind: Kind = .string(TextRule()),
        choices: [ParameterValue]? = nil, standard: ParameterValue? = nil,
        isOptional: Bool = false, isSecret: Bool = false, whenGiven: [String]? = nil,
        whenFalse: [String]? = nil
    ) {
        self.name = name
        self.description = description
        self.kind = kind
        self.choices = choices
        self.standard = standard
        self.isOptional = isOptional
        self.isSecret = isSecret
        self.whenGiven = whenGiven
        self.whenFalse = whenFalse
    }

    /// Whether it must be given.
    package var isRequired: Bool { standard == nil && !isOptional && kind != .boolean }

    /// What it is when nobody gives it; nil when it is missing then.
    package var fallback: ParameterValue? { standard ?? (kind == .boolean ? .flag(false) : nil) }

    /// Whether this can be the name of a parameter: a letter, and then letters,
    /// digits, `_` and `-`.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        let isLetter = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isLetter(first)
            && text.utf8.allSatisfy { byte in
                isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }
}
