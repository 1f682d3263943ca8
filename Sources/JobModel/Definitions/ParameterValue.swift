/// What a parameter is given as.
package enum ParameterValue: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    /// A number that is not whole, or too large for an integer.
    case number(Double)
    case flag(Bool)

    /// As a command is given it.
    package var text: String {
        switch self {
        case .text(let text): text
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// Whether a command would be given the same bytes.
    func isIdentical(to other: ParameterValue) -> Bool {
        self == other && text.utf8.elementsEqual(other.text.utf8)
    }

    /// The word for its kind in an error's text.
    var kind: String {
        switch self {
        case .text: "a string"
        case .integer, .number: "a number"
        case .flag: "true or false"
        }
    }
}
