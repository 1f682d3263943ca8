internal import Glibc

/// Why a user or group cannot be looked up.
package enum AccountError: Error, Hashable, CustomStringConvertible {
    case noUser(String)
    case noGroup(String)
    /// Where users are kept does not answer; an errno.
    case unavailable(Int32)

    /// Whether asking again may help.
    package var isPassing: Bool {
        switch self {
        case .noUser, .noGroup: false
        case .unavailable: true
        }
    }

    package var description: String {
        switch self {
        case .noUser(let name): "there is no user '\(name)' on this machine"
        case .noGroup(let name): "there is no group '\(name)' on this machine"
        case .unavailable(let code):
            "the machine's users cannot be looked up: \(String(cString: strerror(code)))"
        }
    }
}
