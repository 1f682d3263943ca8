import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether https is as it should be: a certificate that is good for the name and
/// for some time, nothing older than TLS 1.2, and HTTP/2.
struct CertificateCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        var findings: [Finding] = []
        for address in examination.addresses where address.description.hasPrefix("https://") {
            findings += await look(at: address, examination)
        }
        return findings
    }

    private func look(
        at address: Endpoint, _ examination: Examination
    ) async -> [Finding] {
        func handshake(
            _ verification: TLSHandshake.Verification, oldVersions: Bool = false
        ) async throws -> TLSHandshake {
            try await TLSHandshake(
                with: address, verifying: verification, oldVersions: oldVersions,
                authorities: examination.authorities, limit: examination.limit)
        }
        let server: TLSHandshake
        do {
            server = try await handshake(.nothing)
        } catch {
            return [Finding("tls", .problem, "\(address) does not speak TLS: \(error)")]
        }
        var findings = [Self.expiry(of: server.expiresAt, address, now: .now)]
        // The daemon's own addresses need not be in a certificate that is for the
        // name by which clients know it.
        if address == examination.endpoint {
            findings += await trust(address) { try await handshake($0) }
        }
        // Both are as good as each other here: it was refused.
        if (try? await handshake(.nothing, oldVersions: true)) != nil {
            findings.append(
                Finding(
                    "tls", .problem, "\(address) speaks TLS 1.1, or older",
                    advice: "let the proxy in front speak TLS 1.2 and 1.3 only (RFC 8996)"))
        }
        if server.spoken != "h2" {
            findings.append(
                Finding(
                    "tls", .warning,
                    "\(address) speaks no HTTP/2: a browser opens at most six streams at once",
                    advice: "turn HTTP/2 on in the proxy in front"))
        }
        return findings
    }

    private func trust(
        _ address: Endpoint, _ handshake: (TLSHandshake.Verification) async throws -> TLSHandshake
    ) async -> [Finding] {
        if (try? await handshake(.issuerAndName)) != nil { return [] }
        if (try? await handshake(.issuer)) != nil {
            return [
                Finding(
                    "tls", .problem, "the certificate of \(address) is not for that name",
                    advice: "use the name that it is for, or get one for this name")
            ]
        }
        return [
            Finding(
                "tls", .problem,
                "the certificate of \(address) is of an authority that is not trusted here",
                advice:
                    "name the authority's certificate by --ca-file or $JOBD_CA_FILE, or get one of an "
                    + "authority that browsers trust")
        ]
    }

    /// What there is to say of a certificate that is good until then.
    static func expiry(of end: Date, _ address: Endpoint, now: Date) -> Finding {
        let rest = end.timeIntervalSince(now)
        guard rest < 14 * 86_400 else {
            return Finding(
                "tls", .ok,
                "the certificate of \(address) is good for another \(Quantity.duration(rest))")
        }
        let advice = "renew it; jobd reads it again on SIGHUP"
        if rest <= 0 {
            return Finding(
                "tls", .problem,
                "the certificate of \(address) expired \(Quantity.duration(-rest)) ago",
                advice: advice)
        }
        return Finding(
            "tls", .warning,
            "the certificate of \(address) expires in \(Quantity.duration(rest))",
            advice: advice)
    }
}
