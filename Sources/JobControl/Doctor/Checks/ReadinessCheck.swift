import JobAPI
import JobClient

/// Whether the daemon can do its work.
struct ReadinessCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        let answer = await examination.probe.ask("/ready", headers: examination.authorization)
        guard case .success(let answer) = answer else { return [] }
        switch answer.status {
        case 200:
            // What answers may be a proxy's page.
            let warnings = (try? ReadinessResource(json: answer.body))?.warnings ?? []
            return [Finding("readiness", .ok, "the daemon can store what happens")]
                + warnings.map {
                    Finding(
                        "readiness", .warning, $0,
                        advice: "jobs go on meanwhile; it is over by itself once that is mended")
                }
        case 401, 403: return [Finding("readiness", .info, "not to be seen without a token")]
        default:
            // A proxy's own answer has no words.
            let words = (try? Problem(json: answer.body))?.description ?? "status \(answer.status)"
            return [
                Finding(
                    "readiness", .problem, words,
                    advice: "jobs wait, and go on by themselves once that is mended")
            ]
        }
    }
}
