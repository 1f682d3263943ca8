/// Who can reach the daemon through its Unix socket, and whether anybody could put
/// another one in its place.
struct SocketCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard let path = examination.socket else { return [] }
        let status: FileStatus
        switch FileStatus.of(path) {
        case .success(let found): status = found
        case .failure(.hidden):
            return [Finding("socket", .info, "\(path) is not visible as this user")]
        case .failure(.absent):
            return [
                Finding(
                    "socket", .problem, "there is no \(path)",
                    advice: "restart the daemon, which makes it")
            ]
        }
        guard status.kind == .socket else {
            return [
                Finding(
                    "socket", .problem, "\(path) is no socket", advice: "remove it, and restart")
            ]
        }
        let ways = DirectoryChain.findings("socket", to: path, owner: status.owner, examination)
        return [access(path, status)] + ways
    }

    private func access(_ path: String, _ status: FileStatus) -> Finding {
        let owner = UserNames.user(status.owner)
        if status.mode & ~0o660 != 0 {
            return Finding(
                "socket", .problem, "\(path) has mode \(status.modeText): others can open it",
                advice: "chmod 0660 \(path); the daemon makes it so")
        }
        var users = status.owner == 0 ? ["root"] : ["root", owner]
        var text = ""
        if status.mode & 0o060 != 0 {
            let members = UserNames.members(of: status.group).filter { !users.contains($0) }
            users += members.prefix(Self.most)
            if members.count > Self.most { users.append("\(members.count - Self.most) more") }
            text = ", group \(UserNames.group(status.group))"
        }
        return Finding(
            "socket", .ok,
            "\(path): mode \(status.modeText), owner \(owner)\(text); can be opened by "
                + users.joined(separator: ", "))
    }

    /// More names nobody reads.
    private static let most = 20
}
