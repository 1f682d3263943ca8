import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Whether the daemon lets jobctl in, as whom, and for how long.
struct SignInCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        var findings = examination.credentials.warnings.map { Finding("sign-in", .warning, $0) }
        let origin = Self.words(examination.credentials.token?.origin)
        switch await examination.probe.ask("/session", headers: examination.authorization) {
        case .failure(let failure):
            findings.append(Finding("sign-in", .problem, "no answer: \(failure)"))
        case .success(let answer) where answer.status == 200:
            // Whatever else it says than it should, it is no daemon's session.
            guard let session = try? SessionResource(json: answer.body) else {
                return [Finding("sign-in", .problem, "what answers at /session is no jobd")]
            }
            findings += Self.accepted(session, by: origin, now: Date())
        case .success(let answer):
            findings.append(Self.refused(answer, by: origin, examination))
        }
        return findings
    }

    /// What there is to say of somebody who is let in.
    static func accepted(
        _ session: SessionResource, by origin: String?, now: Date
    ) -> [Finding] {
        let how = origin.map { " by the token from \($0)" } ?? ""
        let limits = session.definitions.map { ", definitions \($0.joined(separator: ", "))" } ?? ""
        let text = "\(session.identity)\(how): role \(session.role.rawValue)\(limits)"
        guard let end = session.expiresAt else { return [Finding("sign-in", .ok, text)] }
        let rest = end.timeIntervalSince(now)
        guard rest < TokenTable.soonSeconds else {
            return [Finding("sign-in", .ok, "\(text), expires in \(Quantity.duration(rest))")]
        }
        return [
            Finding(
                "sign-in", .warning, "\(text), expires in \(Quantity.duration(rest))",
                advice: "make another with `jobctl token create`")
        ]
    }

    private static func refused(
        _ answer: Probe.Answer, by origin: String?, _ examination: Examination
    ) -> Finding {
        // The words are the daemon's, or a proxy's that has none.
        let problem = try? Problem(json: answer.body)
        let words = problem.map(\.description) ?? "status \(answer.status)"
        let challenge = answer.headers["www-authenticate"] ?? ""
        switch (answer.status, origin) {
        case (401, let origin?) where challenge.contains("invalid_token"):
            return Finding(
                "sign-in", .problem, "the token from \(origin) is refused: \(words)",
                advice: "make another with `jobctl token create` over the socket")
        case (401, let origin?):
            return Finding(
                "sign-in", .problem,
                "the token from \(origin) did not arrive: \(words)",
                advice: "let the proxy in front pass the header Authorization on")
        case (401, nil):
            return Finding(
                "sign-in", .problem, "there is no token to sign in with",
                advice: "give one with --token-file or in $JOBD_TOKEN, or use the socket")
        case (404, _):
            return Finding(
                "sign-in", .warning, "this daemon knows no sign-in", advice: "upgrade it")
        default:
            return Finding("sign-in", .problem, "refused: \(words)")
        }
    }

    private static func words(_ origin: Credentials.Origin?) -> String? {
        switch origin {
        case .option: "--token"
        case .variable: "$JOBD_TOKEN"
        case .file(let path), .discovered(let path): path
        case nil: nil
        }
    }
}
