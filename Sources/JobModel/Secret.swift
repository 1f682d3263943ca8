/// A value that nobody is to read but the command it is for. It cannot be printed.
package enum Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    case value(String)
    /// The job has ended, and the value is no longer kept.
    case gone

    /// What the command is given; nil when it is gone.
    package var value: String? {
        switch self {
        case .value(let value): value
        case .gone: nil
        }
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
}
