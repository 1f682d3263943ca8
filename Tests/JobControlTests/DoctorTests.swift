import ArgumentParser
import Foundation
import JobAPI
import JobClient
import Testing

@testable import JobControl

/// What `jobctl doctor` finds out by asking, and what it says.
@Suite struct DoctorTests {
    typealias Answer = ScriptedDaemon.Answer
    typealias Request = ScriptedDaemon.Request

    /// A daemon that does all as it should.
    private static func good(_ request: Request) -> Answer {
        let isSignedIn = request.headers["authorization"] == "Bearer good"
        if request.headers["host"] == HostCheck.foreignName { return .problem(421, "No.") }
        if request.headers["origin"] != nil { return .problem(403, "No.") }
        switch request.target {
        case "/health": return .ok(#"{"status":"ok","version":"\#(Version.current)"}"#)
        case _ where !isSignedIn:
            return Answer(
                status: "401 No", headers: ["WWW-Authenticate: Bearer error=\"invalid_token\""],
                body: "")
        case "/session":
            return .ok(
                #"{"identity":"token:ci","role":"read","definitions":null,"expires_at":null}"#)
        case "/events":
            if let id = request.headers["last-event-id"], Int(id) == nil {
                return .problem(400, "No.")
            }
            return Answer(
                status: "200 OK",
                headers: [
                    "Content-Type: text/event-stream", "Cache-Control: no-store, no-transform",
                ], body: "retry: 1000\n\n")
        case "/queues": return .ok(#"{"queues":[]}"#)
        case "/ready": return .ok(#"{"ready":true}"#)
        default: return .ok(#"{"jobs":[],"next":null}"#)
        }
    }

    private static func report(
        token: String? = "good", _ script: @escaping ScriptedDaemon.Script
    ) async throws -> DoctorReport {
        try await ScriptedDaemon.with(onPort: true, script) { daemon in
            var surroundings = Surroundings.local
            surroundings.environment = ["HOME": "/nonexistent"]
            let endpoint = try #require(Endpoint(daemon.url))
            let examination = Examination(
                endpoint: endpoint, origin: "--url",
                credentials: try Credentials(
                    for: endpoint, option: token, file: nil, in: surroundings),
                surroundings: surroundings, state: nil,
                // However busy the machine is.
                limit: .seconds(600), openingLimit: .seconds(600))
            return await Doctor.report(examination)
        }
    }

    /// Expects that what differs from a good daemon is found, and nothing else.
    private func expect(
        _ level: Finding.Level, _ check: String, saying words: String, token: String? = "good",
        sourceLocation: SourceLocation = #_sourceLocation,
        when script: @escaping @Sendable (Request) -> Answer?
    ) async throws {
        let report = try await Self.report(token: token) { script($0) ?? Self.good($0) }
        let faults = report.findings.filter { $0.level == .problem || $0.level == .warning }
        #expect(Set(faults.map(\.check)) == [check], "\(faults)", sourceLocation: sourceLocation)
        #expect(
            faults.contains { $0.level == level && "\($0)".contains(words) }, "\(faults)",
            sourceLocation: sourceLocation)
        #expect(report.status == (level == .problem ? 1 : 0), sourceLocation: sourceLocation)
    }

    @Test func allIsWell() async throws {
        let report = try await Self.report(Self.good)
        #expect(report.count(.problem) == 0 && report.count(.warning) == 0, "\(report.findings)")
        #expect(report.status == 0)
        let ok = Set(report.findings.filter { $0.level == .ok }.map(\.check))
        #expect(
            ok == [
                "daemon", "sign-in", "address", "authentication", "host names", "origins",
                "streams", "readiness", "queues",
            ])
        #expect(!report.json.contains("good"))
    }

    @Test func somebodyElseAnswers() async throws {
        try await expect(.problem, "daemon", saying: "no jobd") { _ in
            Answer(status: "200 OK", headers: ["Content-Type: text/html"], body: "<html>")
        }
        try await expect(.warning, "daemon", saying: "9.9.9") {
            $0.target == "/health" ? .ok(#"{"version":"9.9.9"}"#) : nil
        }
    }

    @Test func nobodyAnswers() async throws {
        let endpoint = Endpoint(socketPath: "/nonexistent/jobd.sock")
        let surroundings = Surroundings.local
        let report = await Doctor.report(
            Examination(
                endpoint: endpoint, origin: "its socket",
                credentials: try Credentials(
                    for: endpoint, option: nil, file: nil, in: surroundings),
                surroundings: surroundings, state: nil, limit: .seconds(5)))
        #expect(report.findings.first?.level == .problem)
        #expect(report.status == 1)
        #expect(!report.findings.contains { $0.check == "streams" })
    }

    @Test func tokens() async throws {
        // Streams are not to be seen then, nor is more.
        try await expect(.problem, "sign-in", saying: "--token is refused", token: "bad") { _ in
            nil
        }
        try await expect(.problem, "sign-in", saying: "no token", token: nil) { _ in nil }
        try await expect(.problem, "sign-in", saying: "did not arrive") {
            $0.target == "/session" ? .problem(401, "Who are you?") : nil
        }
        try await expect(.problem, "sign-in", saying: "Slower") {
            $0.target == "/session" ? .problem(429, "Slower") : nil
        }
        try await expect(.warning, "sign-in", saying: "upgrade") {
            $0.target == "/session" ? .problem(404, "No.") : nil
        }
    }

    @Test(arguments: [(8.0, Finding.Level.ok), (6.9, .warning), (0.1, .warning)])
    func tokensThatExpire(_ days: Double, _ level: Finding.Level) throws {
        var session = try SessionResource(
            json: Array(#"{"identity":"token:ci","role":"read"}"#.utf8))
        let now = Date()
        session.expiresAt = now + days * 86_400
        let findings = SignInCheck.accepted(session, by: "--token", now: now)
        #expect(findings.map(\.level) == [level])
        #expect(findings.first?.text.contains("expires in") == true)
    }

    @Test func whoeverComesIsLetIn() async throws {
        try await expect(.warning, "authentication", saying: "no_auth") {
            $0.target.hasPrefix("/jobs") && $0.headers["host"] != HostCheck.foreignName
                && $0.headers["origin"] == nil ? .ok(#"{"jobs":[],"next":null}"#) : nil
        }
    }

    @Test func namesAndOrigins() async throws {
        try await expect(.problem, "host names", saying: "any name") {
            $0.headers["host"] == HostCheck.foreignName ? .ok("{}") : nil
        }
        try await expect(.problem, "origins", saying: "any site") {
            $0.headers["origin"] != nil ? .ok("{}") : nil
        }
        // It may not do anything, but what it is told it may read.
        for origin in ["*", OriginCheck.foreignOrigin] {
            try await expect(.problem, "origins", saying: "cors_origins") {
                $0.headers["origin"] == nil
                    ? nil
                    : Answer(
                        status: "401 No", headers: ["Access-Control-Allow-Origin: \(origin)"],
                        body: "")
            }
        }
    }

    @Test func hostsBehindAProxy() throws {
        let endpoint = try #require(Endpoint("https://jobs.example.org"))
        #expect(HostCheck.finding(404, endpoint, isProxied: true).level == .ok)
        #expect(HostCheck.finding(401, endpoint, isProxied: true).level == .warning)
        #expect(HostCheck.finding(404, endpoint, isProxied: false).level == .warning)
    }

    @Test func streamsThatAProxySpoils() async throws {
        @Sendable func stream(_ headers: [String], body: String = "retry: 1\n\n") -> Answer {
            Answer(status: "200 OK", headers: headers, body: body)
        }
        let type = "Content-Type: text/event-stream"
        let caching = "Cache-Control: no-store, no-transform"
        func expectStream(
            _ level: Finding.Level, _ words: String, _ answer: Answer,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            try await expect(
                level, "streams", saying: words, sourceLocation: sourceLocation
            ) {
                $0.target == "/events" && $0.headers["last-event-id"] == nil ? answer : nil
            }
        }
        try await expectStream(
            .problem, "compressed (gzip)", stream([type, caching, "Content-Encoding: gzip"]))
        try await expectStream(.problem, "text/html", stream(["Content-Type: text/html"]))
        try await expectStream(.warning, "no-transform", stream([type, "Cache-Control: no-store"]))
        try await expectStream(.problem, "before it had begun", stream([type, caching], body: ""))
        try await expect(.problem, "streams", saying: "Last-Event-ID") {
            $0.target == "/events" ? stream([type, caching]) : nil
        }
    }

    @Test func whatKeepsJobsFromRunning() async throws {
        try await expect(.problem, "readiness", saying: "The disk is full.") {
            $0.target == "/ready" ? .problem(503, "The disk is full.") : nil
        }
        let queue =
            #"{"name":"gpu","slots":0,"paused":false,"resources":{},"in_use":{},"running":0,"#
            + #""queued":4,"waiting":0}"#
        let report = try await Self.report {
            $0.target == "/queues" && $0.headers["authorization"] != nil
                ? .ok(#"{"queues":[\#(queue)]}"#) : Self.good($0)
        }
        let finding = try #require(report.findings.first { $0.check == "queues" })
        #expect(finding.level == .info && finding.text.contains("no slots"))
        #expect(finding.advice == "jobctl queue set gpu --slots 1")
    }

    @Test func lostJobs() async throws {
        let report = try await Self.report { request in
            guard request.target.contains("state=failed") else { return Self.good(request) }
            let lost = Samples.document(7).replacing(
                #""attempt":1"#, with: #""attempt":1,"failure":"lost""#)
            return .ok(#"{"jobs":[\#(Samples.document(8)),\#(lost)],"next":null}"#)
        }
        let finding = try #require(report.findings.first { $0.check == "lost jobs" })
        #expect(finding.level == .info)
        #expect(finding.text.contains("1 of the last 2") && finding.text.contains("job 7"))
    }

    @Test func clocks() throws {
        let time = try #require(ClockCheck.time("Sun, 06 Nov 1994 08:49:37 GMT"))
        #expect(time == Date(wireTime: "1994-11-06T08:49:37Z"))
        #expect(ClockCheck.time("yesterday") == nil)
        #expect(ClockCheck.finding(difference: 3).level == .ok)
        let ahead = ClockCheck.finding(difference: 90)
        #expect(ahead.level == .warning && ahead.text.contains("1m 30s ahead"))
        #expect(ClockCheck.finding(difference: -90).text.contains("behind"))
    }

    @Test func certificates() throws {
        let endpoint = try #require(Endpoint("https://jobs.example.org"))
        func level(_ days: Double) -> Finding.Level {
            let now = Date()
            return CertificateCheck.expiry(of: now + days * 86_400, endpoint, now: now).level
        }
        #expect(level(15) == .ok)
        #expect(level(13) == .warning)
        #expect(level(-1) == .problem)
    }

    @Test func addresses() async throws {
        for (url, level) in [
            ("http://127.0.0.1:7620", Finding.Level.ok), ("http://192.0.2.1:7620", .problem),
            ("http://0.0.0.0:7620", .problem), ("https://jobs.example.org", .ok),
        ] {
            let endpoint = try #require(Endpoint(url))
            let findings = await AddressCheck().findings(
                Examination(
                    endpoint: endpoint, origin: "--url",
                    credentials: try Credentials(for: endpoint, option: "x", file: nil),
                    surroundings: .local, state: nil, limit: .seconds(5)))
            #expect(findings.map(\.level) == [level], "\(url)")
        }
    }

    @Test func whatItPrints() throws {
        let report = DoctorReport(findings: [
            Finding("socket", .ok, "fine\u{1B}[2J"),
            Finding("token file", .problem, "a \"bad\" mode", advice: "chmod it"),
        ])
        #expect(
            report.lines(style: .plain) == [
                "ok       socket      fine", "problem  token file  a \"bad\" mode",
                "                     -> chmod it", "1 problem, no warnings",
            ])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(object["problems"] as? Int == 1 && object["warnings"] as? Int == 0)
        let findings = try #require(object["findings"] as? [[String: Any]])
        #expect(findings[1]["text"] as? String == "a \"bad\" mode")
        #expect(findings[1]["advice"] as? String == "chmod it")
        #expect(findings[0]["advice"] is NSNull)
        #expect(findings[0]["level"] as? String == "ok")
    }

    @Test func theVerb() async throws {
        try await ScriptedDaemon.with(onPort: true, Self.good) { daemon in
            let recording = Recording()
            let status = try await run(
                ["doctor", "--json", "--token", "good", "--timeout", "10m"], with: daemon,
                on: recording)
            #expect(status == 0, "\(recording.output)")
            #expect(recording.output.count == 1)
        }
        for words in [["--timeout", "0"], ["--timeout", "soon"]] {
            #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(["doctor"] + words) }
        }
    }
}
