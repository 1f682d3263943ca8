import JobModel

/// Which users of this machine may do what on the Unix socket: root and the
/// daemon's own user everything, members of one group what was set for it.
struct PeerPolicy: Sendable {
    /// The daemon's own user.
    let ownUser: UInt32
    /// The group whose members may use the socket; nil: there is none.
    let group: UInt32?
    /// What they may do.
    let groupRole: Role

    /// What a process may do; nil: nothing.
    func credential(user: UInt32, groups: Set<UInt32>) -> Credential? {
        if user == 0 || user == ownUser { return credential(of: user, group: nil) }
        guard let group, groups.contains(group) else { return nil }
        return credential(of: user, group: group)
    }

    /// What somebody may do now who was let in earlier, by a group or without one.
    func credential(of user: UInt32, group: UInt32?) -> Credential? {
        let role: Role
        if user == 0 || user == ownUser {
            role = .admin
        } else if let group, group == self.group {
            role = groupRole
        } else {
            return nil
        }
        return Credential(.user(user, group: group), Principal(.user(user), role))
    }
}
