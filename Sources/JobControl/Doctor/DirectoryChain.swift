/// Whether somebody could replace a file by way of the directories that it is in.
enum DirectoryChain {
    /// What is wrong with the directories above a file, from its own up to the root.
    ///
    /// - Parameters:
    ///   - check: What it is found by.
    ///   - owner: Whose the file is, who may own directories, too.
    static func findings(
        _ check: String, to path: String, owner: UInt32, _ examination: Examination
    ) -> [Finding] {
        let trusted: Set<UInt32> = [0, owner, examination.surroundings.user]
        var findings: [Finding] = []
        var rest = path[...]
        var isFirst = true
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            let directory = rest.isEmpty ? "/" : String(rest)
            // What cannot be looked at cannot be judged.
            if case .success(let status) = FileStatus.of(directory, followingLinks: true),
                let finding = finding(check, directory, status, trusted, holdsFile: isFirst)
            {
                findings.append(finding)
            }
            isFirst = false
        }
        return findings
    }

    private static func finding(
        _ check: String, _ directory: String, _ status: FileStatus, _ trusted: Set<UInt32>,
        holdsFile: Bool
    ) -> Finding? {
        if !trusted.contains(status.owner) {
            return Finding(
                check, .problem,
                "\(directory), which it is in, belongs to \(UserNames.user(status.owner)), who can "
                    + "replace it",
                advice: "chown \(directory) to root or the daemon's user")
        }
        guard status.mode & 0o022 != 0 else { return nil }
        // In a sticky directory only owners replace what is there (chmod(1)); but
        // anybody can put something there while the daemon is away.
        if status.mode & 0o1000 != 0 {
            guard holdsFile else { return nil }
            return Finding(
                check, .warning,
                "while the daemon is away anybody can put something else into \(directory)",
                advice: "give it a directory of its own")
        }
        let who =
            status.mode & 0o002 != 0
            ? "everybody" : "the members of \(UserNames.group(status.group))"
        return Finding(
            check, status.mode & 0o002 != 0 ? .problem : .warning,
            "\(directory), which it is in, has mode \(status.modeText): \(who) can replace it",
            advice: "chmod go-w \(directory)")
    }
}
