import JobClient

/// Whether the daemon's own token is for nobody else to read.
struct TokenFileCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard examination.endpoint.isLoopback || examination.state != nil,
            let path = path(examination)
        else { return [] }
        let status: FileStatus
        switch FileStatus.of(path) {
        case .success(let found): status = found
        case .failure(.hidden):
            return [Finding("token file", .info, "\(path) is not visible as this user")]
        case .failure(.absent):
            return [
                Finding(
                    "token file", .info,
                    "there is no \(path); jobctl on this machine uses the socket, or a token "
                        + "that it is given")
            ]
        }
        let findings = faults(path, status, examination)
        guard findings.isEmpty else { return findings }
        let text = "\(path): mode \(status.modeText), owner \(UserNames.user(status.owner))"
        if await isRefused(path, examination) {
            return [
                Finding(
                    "token file", .warning, "\(text), but its token is not good any more",
                    advice: "make another with `jobctl token create --role admin --name local`, "
                        + "and put it there, or remove the file")
            ]
        }
        return [Finding("token file", .ok, text)]
    }

    /// Whether the daemon knows the token no more. It is told it through its own
    /// socket only; where jobctl uses the file, that it is refused is seen anyway.
    private func isRefused(_ path: String, _ examination: Examination) async -> Bool {
        guard case .unixSocket = examination.endpoint.transport,
            let token = try? Credentials(
                for: examination.endpoint, option: nil, file: path, in: examination.surroundings
            ).token
        else { return false }
        let answer = await examination.probe.ask(
            "/session", headers: [("Authorization", "Bearer \(token.text)")])
        guard case .success(let answer) = answer else { return false }
        return answer.status == 401
    }

    /// The one that jobctl takes, else the daemon's.
    private func path(_ examination: Examination) -> String? {
        if case .discovered(let path)? = examination.credentials.token?.origin { return path }
        return examination.state.map { "\($0)/token" }
    }

    private func faults(
        _ path: String, _ status: FileStatus, _ examination: Examination
    ) -> [Finding] {
        guard status.kind == .file else {
            let kind = status.kind == .symbolicLink ? "a symbolic link" : "no file"
            return [
                Finding(
                    "token file", .problem, "\(path) is \(kind)",
                    advice: "find out who has put it there; remove it, make a new token with "
                        + "`jobctl token create`, and revoke the old one")
            ]
        }
        var findings: [Finding] = []
        if status.mode & 0o077 != 0 {
            findings.append(
                Finding(
                    "token file", .problem,
                    "\(path) has mode \(status.modeText): others can have read it",
                    advice: "chmod 0600 \(path), make a new token with `jobctl token create`, and "
                        + "revoke the old one"))
        }
        // The daemon's user is whoever owns its directory.
        let directory = examination.state.flatMap { examination.surroundings.owner($0) }
        let trusted = [0, examination.surroundings.user, directory]
        if !trusted.contains(status.owner) {
            findings.append(
                Finding(
                    "token file", .problem,
                    "\(path) belongs to \(UserNames.user(status.owner)), who is neither root nor "
                        + "the daemon's user",
                    advice: "find out how that came about; chown it to the daemon's user"))
        }
        return findings
    }
}
