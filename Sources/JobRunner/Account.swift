package import Glibc

/// A user of this machine, as the system's database has it: passwd(5), group(5).
package struct Account: Hashable, Sendable {
    /// The login name.
    package var name: String
    package var user: uid_t
    package var group: gid_t
    /// All further groups, ascending.
    package var groups: [gid_t]
    package var home: String
    package var shell: String

    package init(
        name: String, user: uid_t, group: gid_t, groups: [gid_t], home: String, shell: String
    ) {
        self.name = name
        self.user = user
        self.group = group
        self.groups = groups
        self.home = home
        self.shell = shell
    }

    /// Whether it may do what only root may, by its number or one of its groups'.
    package var isPrivileged: Bool { user == 0 || group == 0 || groups.contains(0) }

    /// Looks a user up, which may take a while where users are kept elsewhere.
    ///
    /// - Parameter groupName: the group it is to be in first; nil: its own.
    /// - Throws: `AccountError`.
    package static func find(
        _ name: String, group groupName: String?
    ) throws(AccountError) -> Account {
        guard var account = try entry(name) else { throw .noUser(name) }
        let own = account.group
        if let groupName {
            guard let number = try group(groupName) else { throw .noGroup(groupName) }
            account.group = number
        }
        account.groups = groups(of: name, own)
        return account
    }

    private static func entry(_ name: String) throws(AccountError) -> Account? {
        var entry = passwd()
        var account: Account?
        try lookUp { buffer, size in
            var found: UnsafeMutablePointer<passwd>?
            let error = getpwnam_r(name, &entry, buffer, size, &found)
            if found != nil {
                account = Account(
                    name: name, user: entry.pw_uid, group: entry.pw_gid, groups: [],
                    home: text(entry.pw_dir), shell: text(entry.pw_shell))
            }
            return error
        }
        return account
    }

    private static func group(_ name: String) throws(AccountError) -> gid_t? {
        var entry = Glibc.group()
        var number: gid_t?
        try lookUp { buffer, size in
            var found: UnsafeMutablePointer<Glibc.group>?
            let error = getgrnam_r(name, &entry, buffer, size, &found)
            if found != nil { number = entry.gr_gid }
            return error
        }
        return number
    }

    /// Calls `body` with ever more room, until that suffices.
    private static func lookUp(
        _ body: (UnsafeMutablePointer<CChar>, Int) -> CInt
    ) throws(AccountError) {
        var size = 1024
        while true {
            let error = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
                buffer.baseAddress.map { body($0, buffer.count) } ?? ENOMEM
            }
            // Some sources say with an error that there is nobody: getpwnam(3).
            if [0, ENOENT, ESRCH, EBADF, EPERM].contains(error) { return }
            guard error == ERANGE, size < 1 << 24 else { throw .unavailable(error) }
            size *= 4
        }
    }

    private static func groups(of name: String, _ group: gid_t) -> [gid_t] {
        var count: CInt = 64
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            if getgrouplist(name, group, &groups, &count) >= 0 {
                return Set(groups.prefix(Int(count))).sorted()
            }
            // It has said how many there are.
            count = max(count, CInt(groups.count) + 1)
        }
    }

    private static func text(_ string: UnsafeMutablePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? ""
    }
}
