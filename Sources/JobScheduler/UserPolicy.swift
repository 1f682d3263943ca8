package import Glibc
package import JobModel
package import JobRunner

/// As whom jobs run.
package struct UserPolicy: Sendable {
    /// Who runs the jobs that name nobody; nil: the daemon's own user.
    private let standard: RunAs?
    /// Whether a job may run as root though the daemon could be somebody else to it.
    private let allowsRoot: Bool
    /// Under whose number the daemon runs.
    private let own: uid_t
    private let ownGroup: gid_t
    private let find: @Sendable (RunAs) throws(AccountError) -> Account

    /// - Parameters:
    ///   - own: under whose number the daemon runs, with which group's.
    ///   - find: looks a user up.
    package init(
        standard: RunAs? = nil, allowsRoot: Bool = false, own: uid_t = geteuid(),
        ownGroup: gid_t = getegid(),
        find: @escaping @Sendable (RunAs) throws(AccountError) -> Account = {
            (user) throws(AccountError) in try Account.find(user.user, group: user.group)
        }
    ) {
        self.standard = standard
        self.allowsRoot = allowsRoot
        self.own = own
        self.ownGroup = ownGroup
        self.find = find
    }

    /// Whether jobs that name nobody run as root.
    package var runsAsRoot: Bool { own == 0 && standard == nil }

    /// As whom a job runs that asks for `user`, as things are now; nil: as the daemon
    /// itself.
    ///
    /// - Throws: `UserRefusal`, saying why it cannot.
    package func account(for user: RunAs?) throws(UserRefusal) -> Account? {
        guard let user = user ?? standard else { return nil }
        let account: Account
        do {
            account = try find(user)
        } catch {
            throw UserRefusal(message: "\(error)", isPassing: error.isPassing)
        }
        guard own == 0 else {
            if account.user == own, user.group == nil || account.group == ownGroup { return nil }
            throw UserRefusal(
                message: "jobs cannot run as '\(user.user)': jobd itself does not run as root, and "
                    + "so can become nobody else")
        }
        if account.isPrivileged, !allowsRoot {
            let what = account.user == 0 ? "is root" : "is in the group of root"
            throw UserRefusal(
                message: "'\(user.user)' \(what), which jobd's setting allow-root must permit")
        }
        return account
    }
}
