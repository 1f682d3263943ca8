import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether what jobs were given, and what they wrote, is for nobody else to read.
struct StateDirectoryCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard let path = examination.state else {
            guard examination.endpoint.isLoopback else { return [] }
            return [
                Finding(
                    "state directory", .info, "not visible as this user",
                    advice: "run this as root or as the daemon's user, or name it with --state-dir")
            ]
        }
        let status: FileStatus
        switch FileStatus.of(path, followingLinks: true) {
        case .success(let found): status = found
        case .failure(.hidden):
            return [Finding("state directory", .info, "\(path) is not visible as this user")]
        case .failure(.absent):
            return [
                Finding(
                    "state directory", .problem, "there is no \(path)",
                    advice: "name the right one with --state-dir")
            ]
        }
        var findings = DirectoryChain.findings(
            "state directory", to: path, owner: status.owner, examination)
        if status.mode & 0o066 != 0 {
            findings.append(
                Finding(
                    "state directory", .problem,
                    "\(path) has mode \(status.modeText): others can list it or write to it",
                    advice: "chmod 0700 \(path)"))
        }
        findings += contents(path)
        if findings.isEmpty {
            findings = [
                Finding(
                    "state directory", .ok,
                    "\(path): mode \(status.modeText), owner \(UserNames.user(status.owner))")
            ]
        }
        return findings
    }

    private func contents(_ path: String) -> [Finding] {
        var walk = Walk()
        walk.visit(path, depth: 0)
        var findings: [Finding] = []
        if !walk.open.isEmpty {
            findings.append(
                Finding(
                    "state directory", .problem,
                    "others can read or write \(Self.some(walk.open))",
                    advice: "chmod -R go-rwx \(path)"))
        }
        if !walk.links.isEmpty {
            findings.append(
                Finding(
                    "state directory", .warning,
                    "\(Self.some(walk.links)) leads elsewhere: jobd makes no symbolic links",
                    advice: "find out who has put it there, and remove it"))
        }
        return findings
    }

    private static func some(_ paths: [String]) -> String {
        let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
        return paths.prefix(3).joined(separator: ", ") + more
    }

    /// Goes through the files of a state directory, but for the token, which is
    /// looked at by itself.
    private struct Walk {
        /// Files that others can read or write.
        var open: [String] = []
        /// Symbolic links.
        var links: [String] = []
        /// How many may still be looked at: nobody waits for a million jobs.
        var rest = 20_000

        mutating func visit(_ directory: String, depth: Int) {
            // What this user cannot list it cannot judge; the rest is judged all
            // the same.
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
            for name in names ?? [] where rest > 0 && !(depth == 0 && name == "token") {
                rest -= 1
                let path = "\(directory)/\(name)"
                guard case .success(let status) = FileStatus.of(path) else { continue }
                switch status.kind {
                case .file where status.mode & 0o026 != 0: open.append(path)
                case .symbolicLink: links.append(path)
                // `jobs`, a job, an attempt.
                case .directory where depth < 3: visit(path, depth: depth + 1)
                case .file, .directory, .socket, .other: break
                }
            }
        }
    }
}
