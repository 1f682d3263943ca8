/// An option, a flag, or an argument without a name, as it is declared.
struct ArgumentDeclaration: Decodable, Hashable {
    /// How it is given.
    enum Kind: String, Decodable {
        case positional, option, flag
    }

    /// One of its names, without the dashes.
    struct Name: Decodable, Hashable {
        /// `long`, `short`, or `longWithSingleDash`.
        var kind: String
        var name: String

        /// As it is typed.
        var text: String { (kind == "long" ? "--" : "-") + name }
    }

    /// What its values are, where the declaration says so.
    struct Completion: Decodable, Hashable {
        var list: Values?
        var file: Extensions?
        var directory: Nothing?

        struct Values: Decodable, Hashable { var values: [String] }
        struct Extensions: Decodable, Hashable { var extensions: [String] }
        struct Nothing: Decodable, Hashable {}
    }

    var kind: Kind
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var parsingStrategy: String
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var completionKind: Completion?
    var abstract: String?
    var discussion: String?

    /// Whether it takes all that follows, options or not.
    var takesTheRest: Bool { parsingStrategy == "allRemainingInput" }

    /// The first of its long names.
    var longName: String? { names?.first { $0.kind == "long" }?.name }

    /// Whether it is given by this word.
    func isNamed(_ word: some StringProtocol) -> Bool {
        names?.contains { $0.text == word } ?? false
    }
}
