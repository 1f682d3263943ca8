import JobClient

/// Whether somebody without a token is let in by TCP.
struct AuthenticationCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        var findings: [Finding] = []
        for address in examination.addresses {
            switch await examination.probe(address).ask("/jobs?limit=1") {
            case .failure(let failure):
                findings.append(
                    Finding(
                        "authentication", .warning, "\(address) does not answer: \(failure)",
                        advice: "restart the daemon if its addresses have changed"))
            case .success(let answer):
                findings.append(finding(answer.status, address))
            }
        }
        return findings
    }

    private func finding(_ status: Int, _ address: Endpoint) -> Finding {
        switch status {
        case 401, 403:
            return Finding("authentication", .ok, "\(address) asks for a token")
        case 200..<300:
            return Finding(
                "authentication", address.isLoopback ? .warning : .problem,
                "\(address) asks nobody for a token (no_auth): "
                    + (address.isLoopback
                        ? "every user and program of this machine" : "whoever reaches it")
                    + " can run commands as the daemon's user",
                advice: "take no_auth out of the daemon's settings")
        default:
            return Finding(
                "authentication", .warning,
                "\(address) answers \(status) to somebody without a token, in place of 401")
        }
    }
}
