import JobModel

/// On what somebody's permission rests. Tickets, sessions and sign-in codes are
/// made of it, and looked up by it again each time they are used.
enum Subject: Hashable, Sendable {
    /// A token, as long as it is there and has not expired.
    case token(TokenID)
    /// A user of this machine, and the group that let them in; nil: it took none.
    case user(UInt32, group: UInt32?)
    /// Nobody was asked.
    case anyone

    /// As it is signed: `t3`, `u1000`, `u1000.993`, `a`.
    var text: String {
        switch self {
        case .token(let id): "t\(id)"
        case .user(let user, nil): "u\(user)"
        case .user(let user, let group?): "u\(user).\(group)"
        case .anyone: "a"
        }
    }

    init?(text: some StringProtocol) {
        let rest = text.dropFirst()
        switch text.first {
        case "t":
            guard let number = Int64(rest) else { return nil }
            self = .token(TokenID(rawValue: number))
        case "u":
            let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { UInt32($0) }
            guard numbers.count == parts.count, let user = numbers.first, numbers.count <= 2 else {
                return nil
            }
            self = .user(user, group: numbers.count == 2 ? numbers[1] : nil)
        case "a" where rest.isEmpty:
            self = .anyone
        default:
            return nil
        }
    }
}
