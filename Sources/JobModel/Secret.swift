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

    /// How long a value must be, in bytes: a shorter one would be found in, and
    /// taken out of, output that has nothing to do with it.
    package static let minimumBytes = 4
    /// How much a job's secrets may be together, in bytes, with their names.
    package static let maximumBytes = 32_768

    /// Why this cannot be a secret's value, after the name of a field; nil if it can.
    package static func refusal(of value: String) -> String? {
        value.utf8.count < minimumBytes
            ? "must have at least \(minimumBytes) bytes: a shorter value cannot be told from "
                + "other output. Use 'env' if it is no secret" : nil
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
}
