import JobClient

/// Whether pages of other sites are kept out.
struct OriginCheck: DoctorCheck {
    /// Never anybody's (RFC 2606 §2).
    static let foreignOrigin = "https://evil.example"

    func findings(_ examination: Examination) async -> [Finding] {
        var findings: [Finding] = []
        for address in examination.addresses {
            // A page may have somebody's token, or their session; it goes where jobctl
            // sends it anyway, and nowhere else.
            let proof = address == examination.endpoint ? examination.authorization : []
            let answer = await examination.probe(address).ask(
                "/jobs?limit=1", headers: [("Origin", Self.foreignOrigin)] + proof)
            // That nobody answers is said elsewhere.
            guard case .success(let answer) = answer else { continue }
            findings.append(Self.finding(answer, address))
        }
        return findings
    }

    static func finding(_ answer: Probe.Answer, _ address: Endpoint) -> Finding {
        // fetch.spec.whatwg.org §3.3.3: with either of these the page may read it.
        let allowed = answer.headers["access-control-allow-origin"]
        if allowed == foreignOrigin || allowed == "*" {
            return Finding(
                "origins", .problem, "\(address) lets pages of any site read what it answers",
                advice: "let cors_origins, and the proxy, name only the origins that you trust; "
                    + "a proxy need not add CORS headers")
        }
        if (200..<300).contains(answer.status) {
            return Finding(
                "origins", .problem, "\(address) serves pages of any site",
                advice: "let the proxy in front pass the header Origin on")
        }
        return Finding("origins", .ok, "\(address) refuses pages of other sites")
    }
}
