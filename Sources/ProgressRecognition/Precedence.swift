/// How much a kind of source is trusted, best first: the order of the API
/// contract. Once a reading of one level has been believed, lower levels are
/// not looked at for the rest of the attempt.
enum Precedence: Int, CaseIterable, Comparable, Sendable {
    /// A line written to `$JOBD_PROGRESS`.
    case direct
    /// A JSON line on standard output or error.
    case json
    /// An OSC 9;4 terminal sequence.
    case terminal
    /// What a well-known tool prints.
    case tool
    /// `42%`, `[3/10]` and the like, printed by anything.
    case general

    /// Whether `left` is the more trusted of the two.
    static func < (left: Precedence, right: Precedence) -> Bool {
        left.rawValue < right.rawValue
    }
}
