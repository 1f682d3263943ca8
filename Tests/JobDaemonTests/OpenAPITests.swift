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
        let folder = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/JobHTTP")
        var paths: Set<String> = []
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: /router\.endpoint\(\s*"([^"]+)"/) {
                paths.insert(String(match.1))
            }
        }
        #expect(paths.count > 15)
        return paths
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
