public import JobAPI

/// Why a call came to nothing.
public enum ClientError: Error, Hashable, Sendable {
    /// Nobody is there: nothing was asked.
    case unreachable(Endpoint, reason: String)
    /// The connection was lost before the answer had come as a whole: whether
    /// what was asked for has been done is not known.
    case interrupted(Endpoint, reason: String)
    /// The socket is there, but this user may not open it.
    case notPermitted(Endpoint)
    /// The daemon answered that it will not.
    case problem(Problem)
    /// What answered does not speak as a daemon does.
    case protocolViolation(String)
}

extension ClientError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .unreachable(let endpoint, let reason): "no daemon at \(endpoint): \(reason)"
        case .interrupted(let endpoint, let reason):
            "lost the daemon at \(endpoint) before it had answered: \(reason)"
        case .notPermitted(let endpoint): "not allowed to use \(endpoint)"
        case .problem(let problem): problem.description
        case .protocolViolation(let what): "unexpected answer: \(what)"
        }
    }
}
