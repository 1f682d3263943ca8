import JobClient

/// What the daemon's process may do, and so every command that it runs.
struct ProcessCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        guard examination.endpoint.isLoopback else { return [] }
        guard let process = examination.process else {
            return [Finding("process", .info, "not visible as this user")]
        }
        return Self.findings(process)
    }

    /// What there is to say of a daemon's process.
    static func findings(_ process: DaemonProcess) -> [Finding] {
        var findings: [Finding] = []
        if process.user == 0 {
            findings.append(
                Finding(
                    "process", .info,
                    "process \(process.pid) runs as root, and so do jobs for which neither run_as "
                        + "nor a definition names somebody else",
                    advice: "run it as a user of its own, or set run_as"))
        } else {
            findings.append(
                Finding(
                    "process", .ok,
                    "process \(process.pid) runs as \(UserNames.user(process.user))"))
        }
        guard let service = process.service else { return findings }
        let missing = [
            process.hasNoNewPrivileges ? nil : "NoNewPrivileges",
            process.hasSystemCallFilter ? nil : "SystemCallFilter",
        ].compactMap { $0 }
        if missing.isEmpty {
            findings.append(Finding("service", .ok, "\(service) is hardened"))
        } else {
            findings.append(
                Finding(
                    "service", .info,
                    "\(service) runs without \(missing.joined(separator: " and "))",
                    advice: "compare it with the unit that comes with jobd: "
                        + "systemctl cat \(service)"))
        }
        return findings
    }
}
