/// Any JSON value, so that a request can be looked at field by field and all
/// that is wrong with it be said at once.
enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A whole number that fits.
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The word for its kind in an error's text.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
