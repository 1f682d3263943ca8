import JobAPI
import JobClient

/// Whether a daemon answers, and of which version it is.
struct DaemonCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        let place = "\(examination.endpoint), found by \(examination.origin)"
        switch await examination.probe.ask("/health") {
        case .failure(let failure):
            return [unreachable(failure, place)]
        case .success(let answer):
            guard answer.status == 200, let health = try? Health(json: answer.body) else {
                return [
                    Finding(
                        "daemon", .problem,
                        "what answers at \(place), is no jobd: status \(answer.status)",
                        advice: "name the daemon with --url, with the path it has behind a proxy")
                ]
            }
            if health.version != Version.current {
                return [
                    Finding(
                        "daemon", .warning,
                        "jobd \(health.version) answers at \(place), but this is jobctl "
                            + Version.current,
                        advice: "use the jobctl that came with the daemon; restart the daemon if "
                            + "it was upgraded")
                ]
            }
            return [Finding("daemon", .ok, "jobd \(health.version) answers at \(place)")]
        }
    }

    private func unreachable(_ failure: Probe.Failure, _ place: String) -> Finding {
        if failure.isDenied {
            return Finding(
                "daemon", .problem, "this user may not open \(place)",
                advice: "ask to be added to the socket's group, and sign in again")
        }
        return Finding(
            "daemon", .problem, "nobody answers at \(place): \(failure)",
            advice: "start it (`systemctl start jobd`, or `jobd serve`), or name it with --url")
    }

    /// What `GET /health` says.
    private struct Health: WireResource {
        var version: String
    }
}
