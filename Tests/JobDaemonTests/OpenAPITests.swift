import Foundation
import JobTestSupport
import Testing

/// `GET /openapi.json`: all that is served is described, and nothing else.
@Suite(.serialized) struct OpenAPITests {
    @Test func itDescribesEveryPathAndMethod() throws {
        try DaemonFixture.with { jobd in
            let described = try #require(
                jobd.description()["paths"] as? [String: [String: Any]])
            let served = try Self.pathsInSources()
            #expect(Set(described.keys) == served)
            for (path, methods) in described {
                var expected = Set(methods.keys.map { $0.uppercased() })
                if expected.contains("GET") { expected.insert("HEAD") }
                let concrete = path.replacing("{id}", with: "1").replacing(
                    "{name}", with: "default"
                )
                .replacing("{file}", with: "text.js")
                let other = try #require(
                    ["PUT", "PATCH", "DELETE", "POST"].first { !expected.contains($0) })
                let (head, _) = try jobd.request(other, concrete)
                #expect(head.status == 405, "\(path)")
                let allowed = (head.headers["allow"] ?? "").split(separator: ",").map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                #expect(Set(allowed) == expected, "\(path)")
            }
        }
    }

    @Test func itDescribesEveryFieldThatIsWritten() throws {
        try DaemonFixture.with { jobd in
            let schemas = SchemaWalk(try jobd.description())
            try jobd.putQueue("gpu", ["slots": 1, "resources": ["gpu": ["0", "1"], "mem_gb": 3]])
            let full = try jobd.submit([
                "command": "echo '{\"progress\": 0.5}'; echo oops >&2; kill -9 $$", "name": "full",
                "queue": "gpu", "resources": ["gpu": 1, "mem_gb": 2], "labels": ["a": "b"],
                "cwd": "/", "env": ["A": "b"], "stdin": "x", "priority": 3,
                "timeout_seconds": 60, "stall_timeout_seconds": 60,
                "retry": ["max_attempts": 2, "backoff_seconds": 0],
            ])
            let ended = try jobd.finished(full)
            try schemas.check(ended, "Job")
            let running = try jobd.submitGated("go")
            try jobd.wrote("ready", running)
            let waiting = try jobd.submit(["command": ["true"], "after": [running]])
            for id in [running, waiting] { try schemas.check(try jobd.job(id), "Job") }
            try schemas.check(try jobd.json("GET", "/jobs?limit=1").object, "JobPage")
            let attempts = try jobd.attempts(full)
            #expect(attempts.count == 2)
            for attempt in attempts { try schemas.check(attempt, "Attempt") }
            let events = try jobd.events(of: full)
            #expect(events.contains { $0["fraction"] != nil })
            for event in events { try schemas.check(event, "Event") }
            try schemas.check(
                try jobd.json(
                    "GET", "/events?after=99999", ["Accept": "application/json"]
                ).object, "EventPage")
            let output = try jobd.stream(
                "/jobs/\(full)/output?attempt=1", ["Accept": "text/event-stream"])
            for event in output where event.event == "output" {
                try schemas.check(event.json, "Output")
            }
            #expect(output.contains { $0.event == "output" })
            for queue in ["gpu", "default"] {
                try schemas.check(try jobd.json("GET", "/queues/\(queue)").object, "Queue")
            }
            try schemas.check(try jobd.json("GET", "/health").object, "Health")
            try schemas.check(try jobd.json("GET", "/ready").object, "Ready")
            try schemas.check(try jobd.sendInput(running, [1]).object, "Input")
            try schemas.check(try jobd.send("POST", "/prune", ["keep": 100]).object, "Pruned")
            try schemas.check(
                try jobd.send("POST", "/jobs", ["comand": "true"]).object, "Problem")
            jobd.open(gate: "go")
            try jobd.finished(waiting)
        }
    }

    @Test func itDescribesWhatAccessAndDefinitionsWrite() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let definitions = """
            definitions:
              all:
                description: One of each
                command: ["true", "{text}", "{whole}", "{real}", "{flag}", "{file}"]
                parameters:
                  text: {description: A text, pattern: "[a-z]+", default: a}
                  whole: {type: integer, range: [0, 9]}
                  real: {type: number, required: false, choices: [1, 2.5]}
                  flag: {type: boolean, when_true: [-v]}
                  file: {type: path, root: "\(jobd.directory)"}
                  key: {secret: true}
                secret_env: {KEY: "{key}"}
                limits: {open_files: 64, nice: 3}
            """
        jobd.arguments = ["--config", try jobd.file("jobd.yaml", definitions)]
        jobd.asksForTokens = true
        try jobd.start()
        jobd.bearer = try jobd.token
        let schemas = SchemaWalk(try jobd.description())
        let job = try jobd.submit([
            "definition": "all",
            "parameters": [
                "whole": 3, "real": 2.5, "flag": true, "file": "x", "key": "secret-value",
            ],
        ])
        try schemas.check(try jobd.finished(job), "Job")
        let one = try jobd.json("GET", "/definitions/all")
        #expect(one.status == 200)
        try schemas.check(one.object, "Definition")
        let reader = bearer(
            try jobd.makeToken("web", "submit", ["definitions": ["all"], "expires_seconds": 60]))
        try schemas.check(
            try jobd.json("GET", "/definitions/all", reader).object, "Definition")
        for (path, member, schema) in [
            ("/definitions", "definitions", "Definition"), ("/tokens", "tokens", "Token"),
        ] {
            let list = try jobd.json("GET", path).object[member] as? [Any]
            #expect(list?.isEmpty == false, "\(path)")
            for element in list ?? [] { try schemas.check(element, schema) }
        }
        let token = try jobd.send("POST", "/tokens", ["name": "x", "role": "read"])
        try schemas.check(token.object, "NewToken")
        let ticket = try jobd.send("POST", "/jobs/\(job)/ticket")
        try schemas.check(ticket.object, "Ticket")
        for headers in [[:], reader] {
            try schemas.check(try jobd.json("GET", "/session", headers).object, "Session")
        }
        let code = try jobd.send("POST", "/session/code")
        try schemas.check(code.object, "SignInCode")
        // Another status of a running job tells who did that.
        let gated = try jobd.submitGated("go")
        try jobd.wrote("ready", gated)
        #expect(try jobd.send("POST", "/jobs/\(gated)/cancel").status == 202)
        try jobd.finished(gated)
        let events = try jobd.events(of: gated)
        #expect(events.contains { $0["by"] != nil })
        for event in events { try schemas.check(event, "Event") }
    }

    /// What it says of who needs a token is so, for every method of every path.
    @Test func itSaysWhatNeedsAToken() throws {
        try DaemonFixture.guarded { jobd in
            let described = try #require(
                jobd.description()["paths"] as? [String: [String: [String: Any]]])
            var open: Set<String> = []
            for (path, methods) in described {
                let concrete = path.replacing("{id}", with: "1")
                    .replacing("{name}", with: "default").replacing("{file}", with: "text.js")
                for (method, operation) in methods {
                    let method = method.uppercased()
                    let status = try jobd.status(
                        method, concrete, body: method == "GET" ? nil : "{}")
                    let isOpen = (operation["security"] as? [Any])?.isEmpty == true
                    #expect((status != 401) == isOpen, "\(method) \(path): \(status)")
                    if isOpen { open.insert("\(method) \(path)") }
                }
            }
            #expect(
                open == [
                    "GET /health", "GET /", "GET /dashboard.js", "GET /dashboard.css",
                    "GET /dashboard/{file}", "POST /session", "DELETE /session",
                ])
        }
    }

    @Test func itDescribesEveryParameterThatIsRead() throws {
        try DaemonFixture.with { jobd in
            let document = try jobd.description()
            let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
            let shared =
                (document["components"] as? [String: Any])?["parameters"]
                as? [String: [String: Any]] ?? [:]
            var described: Set<String> = []
            for operation in paths.values.flatMap(\.values) {
                for parameter in operation["parameters"] as? [[String: Any]] ?? [] {
                    let name = (parameter["$ref"] as? String)?.split(separator: "/").last
                    let found = name.flatMap { shared[String($0)] } ?? parameter
                    guard found["in"] as? String == "query" else { continue }
                    described.insert(try #require(found["name"] as? String))
                }
            }
            // That is among the ways to show who asks.
            described.insert("ticket")
            #expect(described == (try Self.parametersInSources()))
        }
    }

    @Test func itIsOfThisVersionAndKeptByClients() throws {
        try DaemonFixture.with { jobd in
            let information = try #require(jobd.description()["info"] as? [String: Any])
            let version = try jobd.json("GET", "/health").object["version"] as? String
            #expect(information["version"] as? String == version)
            let (head, _) = try jobd.request("GET", "/openapi.json")
            #expect(head.headers["content-type"] == "application/json")
            let tag = try #require(head.headers["etag"])
            let (again, body) = try jobd.request(
                "GET", "/openapi.json", ["If-None-Match": "\"x\", \(tag)"])
            #expect(again.status == 304 && body.isEmpty)
        }
    }

    /// The paths that the sources hand to the router.
    private static func pathsInSources() throws -> Set<String> {
        let paths = try matches(of: /router\.endpoint\(\s*"([^"]+)"/)
        #expect(paths.count > 15)
        return paths
    }

    /// The parameters that the sources take from queries.
    private static func parametersInSources() throws -> Set<String> {
        let reading =
            #"(?:query\.|\(request\)\.|[^.a-zA-Z])(?:strings?|integer|seconds|flag|choice)"#
        let names = try matches(
            of: try Regex(reading + #"\(\s*"([a-z_]+)""#, as: (Substring, Substring).self))
        #expect(names.count > 10)
        return names
    }

    /// What stands at the only place that a pattern holds, in all sources.
    private static func matches(
        of pattern: Regex<(Substring, Substring)>
    ) throws -> Set<String> {
        let folder = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/JobHTTP")
        var found: Set<String> = []
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: pattern) { found.insert(String(match.1)) }
        }
        return found
    }
}

extension DaemonFixture {
    /// The API's description.
    fileprivate func description() throws -> [String: Any] {
        let (status, object) = try json("GET", "/openapi.json")
        #expect(status == 200)
        return object
    }
}
