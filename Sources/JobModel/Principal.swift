/// Who asks: what somebody is called in jobs, events and the log.
package enum Identity: Hashable, Sendable {
    /// A user of this machine, who came by the Unix socket.
    case user(UInt32)
    /// The bearer of the token of that name. A new token under the name of one that
    /// was revoked stands for the same: this is how a token is replaced.
    case token(String)
    /// Somebody who was not asked who they are.
    case anyone
}

extension Identity: RawRepresentable {
    /// As it is stored and shown: `user:1000`, `token:ci`, `anyone`.
    package var rawValue: String {
        switch self {
        case .user(let number): "user:\(number)"
        case .token(let name): "token:\(name)"
        case .anyone: "anyone"
        }
    }

    package init?(rawValue: String) {
        if rawValue == "anyone" {
            self = .anyone
        } else if rawValue.hasPrefix("token:") {
            self = .token(String(rawValue.dropFirst("token:".count)))
        } else if rawValue.hasPrefix("user:"),
            let number = UInt32(rawValue.dropFirst("user:".count))
        {
            self = .user(number)
        } else {
            return nil
        }
    }
}

/// What somebody may do; each includes those before it.
package enum Role: String, CaseIterable, Comparable, Sendable {
    /// See all jobs.
    case read
    /// Submit jobs, and see and control these.
    case submit
    /// Everything.
    case admin

    package static func < (left: Role, right: Role) -> Bool {
        left.order < right.order
    }

    private var order: Int {
        switch self {
        case .read: 0
        case .submit: 1
        case .admin: 2
        }
    }
}

/// Somebody and what they may do.
package struct Principal: Hashable, Sendable {
    package var identity: Identity
    package var role: Role
    /// The definitions it may start; nil: it may run anything.
    package var definitions: Set<String>?

    package init(_ identity: Identity, _ role: Role, definitions: Set<String>? = nil) {
        self.identity = identity
        self.role = role
        self.definitions = definitions
    }

    /// Whose jobs it sees; nil: all.
    package var visibleOwner: Identity? {
        switch role {
        case .submit: identity
        case .read, .admin: nil
        }
    }

    /// Whether it sees the jobs of `owner`.
    package func sees(jobsOf owner: Identity?) -> Bool {
        visibleOwner == nil || visibleOwner == owner
    }

    /// Whether it may have such a job run: one that names its command itself only
    /// when it is not limited to definitions.
    package func mayRun(_ spec: JobSpec) -> Bool {
        guard let definitions else { return true }
        return spec.definition.map { definitions.contains($0.name) } ?? false
    }
}
