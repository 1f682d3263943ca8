import JobClient

/// Whether streams arrive at once and unchanged: what proxies most often spoil.
struct StreamCheck: DoctorCheck {
    func findings(_ examination: Examination) async -> [Finding] {
        // As a browser asks for it, so that a proxy does to it what it would.
        let headers =
            [("Accept", "text/event-stream"), ("Accept-Encoding", "gzip, br, zstd")]
            + examination.authorization
        let answer = await examination.openingProbe.ask(
            "/events", headers: headers, extent: .opening)
        switch answer {
        case .failure(let failure):
            return [
                Finding(
                    "streams", .problem,
                    "nothing of a stream arrived within "
                        + "\(Quantity.duration(examination.openingLimit.seconds)): \(failure)",
                    advice: Self.buffering)
            ]
        case .success(let answer) where [401, 403].contains(answer.status):
            return [Finding("streams", .info, "not to be seen without a token")]
        case .success(let answer):
            let faults = Self.faults(of: answer, examination.endpoint)
            let findings = faults + (await resuming(examination))
            guard findings.isEmpty else { return findings }
            return [
                Finding(
                    "streams", .ok,
                    "events arrive at once, unchanged, and go on where they were cut")
            ]
        }
    }

    /// What is wrong with the opening of a stream.
    static func faults(of answer: Probe.Answer, _ endpoint: Endpoint) -> [Finding] {
        let type = answer.headers["content-type"] ?? "nothing"
        guard answer.status == 200, type.hasPrefix("text/event-stream") else {
            return [
                Finding(
                    "streams", .problem,
                    "a stream is answered with status \(answer.status) and \(type)",
                    advice: "let the proxy in front pass /events on to jobd")
            ]
        }
        var findings: [Finding] = []
        if let encoding = answer.headers["content-encoding"], encoding != "identity" {
            findings.append(
                Finding(
                    "streams", .problem, "streams are compressed (\(encoding)), which delays them",
                    advice: "compress no text/event-stream in the proxy in front"))
        }
        if answer.body.isEmpty {
            findings.append(
                Finding(
                    "streams", .problem, "a stream ended before it had begun", advice: buffering))
        }
        let caching = answer.headers["cache-control"] ?? ""
        for word in ["no-store", "no-transform"] where !caching.contains(word) {
            findings.append(
                Finding(
                    "streams", .warning, "streams come without Cache-Control: \(word)",
                    advice: "let the proxy in front leave Cache-Control as it is"))
        }
        return findings
    }

    /// Whether the header that streams are resumed by arrives: the daemon refuses
    /// one that is no number.
    private func resuming(_ examination: Examination) async -> [Finding] {
        let headers =
            [("Accept", "text/event-stream"), ("Last-Event-ID", "doctor")]
            + examination.authorization
        let answer = await examination.probe.ask("/events", headers: headers, extent: .opening)
        guard case .success(let answer) = answer, answer.status != 400 else { return [] }
        return [
            Finding(
                "streams", .problem,
                "the header Last-Event-ID does not arrive: what is cut begins anew",
                advice: "let the proxy in front pass it on")
        ]
    }

    private static let buffering =
        "turn buffering off in the proxy in front (nginx: proxy_buffering off, or leave jobd's "
        + "X-Accel-Buffering alone; Caddy: flush_interval -1)"
}

extension Duration {
    /// In seconds.
    fileprivate var seconds: Double { self / .seconds(1) }
}
