import JobClient

/// Whether a name that somebody else has pointed at this machine is refused (DNS
/// rebinding).
struct HostCheck: DoctorCheck {
    /// Never anybody's (RFC 2606 §2).
    static let foreignName = "rebind.example"

    func findings(_ examination: Examination) async -> [Finding] {
        var findings: [Finding] = []
        for address in examination.addresses {
            let answer = await examination.probe(address).ask(
                "/jobs?limit=1", headers: [("Host", Self.foreignName)])
            // That nobody answers is said elsewhere.
            guard case .success(let answer) = answer else { continue }
            // A proxy may know other ways to say that it does not serve a name.
            let isProxied = address == examination.endpoint && !examination.isDirect
            findings.append(Self.finding(answer.status, address, isProxied: isProxied))
        }
        return findings
    }

    static func finding(
        _ status: Int, _ address: Endpoint, isProxied: Bool
    ) -> Finding {
        switch status {
        case 421:
            return Finding("host names", .ok, "\(address) refuses names that it does not serve")
        case 200..<300:
            return Finding(
                "host names", .problem,
                "\(address) answers under any name: pages of other sites can read it by DNS "
                    + "rebinding",
                advice: "let allowed_hosts, and the proxy, name only the names that it has")
        case _ where isProxied && status != 401:
            return Finding(
                "host names", .ok, "\(address) does not serve other names (status \(status))")
        default:
            return Finding(
                "host names", .warning,
                "\(address) takes any name for its own, though it then asks for a token",
                advice: "let allowed_hosts, and the proxy, name only the names that it has")
        }
    }
}
