import Foundation
import Glibc
import JobTestSupport
import Testing

/// What is wrong is said clearly, and nothing of it is stored.
@Suite(.serialized) struct BadInputTests {
    private struct Case {
        let body: String
        let status: Int
        let code: String
        var fields: [String] = []
    }

    @Test func badSubmissionsAreRefusedAndLeaveNothing() throws {
        let cases = [
            Case(
                body: #"{"command": ["true"], "timeout": 3, "retry": 3}"#, status: 422,
                code: "invalid_spec", fields: ["retry", "timeout"]),
            Case(
                body: #"{"command": [], "tty": 1, "env": {"A": 2}}"#, status: 422,
                code: "invalid_spec", fields: ["command", "env.A", "tty"]),
            Case(body: "{}", status: 422, code: "invalid_spec", fields: ["command"]),
            Case(
                body: #"{"command": "  "}"#, status: 422, code: "invalid_spec",
                fields: ["command"]),
            Case(
                body: #"{"command": ["true"], "queue": "nope"}"#, status: 422,
                code: "invalid_spec", fields: ["queue"]),
            Case(
                body: #"{"command": ["true"], "cwd": "relative"}"#, status: 422,
                code: "invalid_spec", fields: ["cwd"]),
            Case(body: "{\"command\": [\"true\"]", status: 400, code: "malformed_request"),
            Case(body: "[]", status: 400, code: "malformed_request"),
            Case(body: "", status: 400, code: "malformed_request"),
        ]
        try DaemonFixture.with { jobd in
            for bad in cases {
                let (status, problem) = try jobd.json("POST", "/jobs", body: bad.body)
                #expect(status == bad.status, "\(bad.body): \(problem)")
                #expect(problem["code"] as? String == bad.code, "\(bad.body)")
                #expect(problem["status"] as? Int == bad.status)
                let errors = problem["errors"] as? [[String: Any]] ?? []
                #expect(
                    errors.compactMap { $0["field"] as? String }.sorted() == bad.fields,
                    "\(bad.body): \(problem)")
            }
            try nothingIsStored(jobd)
        }
    }

    private func nothingIsStored(_ jobd: DaemonFixture) throws {
        #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.count == 0)
        let page = try jobd.json("GET", "/events?after=0", ["Accept": "application/json"]).object
        #expect((page["events"] as? [Any])?.count == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(jobd.state)/jobs")
        #expect(left == [])
    }

    @Test func bytesThatAreNotUTF8AreRefused() throws {
        try DaemonFixture.with { jobd in
            let connection = try TestConnection(jobd.address)
            try connection.send(
                "POST", "/jobs", ["Content-Type": "application/json"],
                body: Array(#"{"command": ["echo", ""#.utf8) + [0xff, 0xfe] + Array(#""]}"#.utf8))
            let head = try connection.head()
            #expect(head.status == 400)
            #expect(head.headers["content-type"] == "application/problem+json")
            try nothingIsStored(jobd)
        }
    }

    @Test func aBodyOverOneMebibyteIsRefused() throws {
        try DaemonFixture.with { jobd in
            let large =
                #"{"command": ["true"], "stdin": ""#
                + String(repeating: "x", count: 2 << 20) + #""}"#
            let (status, problem) = try jobd.json("POST", "/jobs", body: large)
            #expect(status == 413)
            #expect(problem["code"] as? String == "payload_too_large")
            try nothingIsStored(jobd)
        }
    }

    @Test func writesThatAreNotJSONAreRefused() throws {
        try DaemonFixture.with { jobd in
            let (head, _) = try jobd.request(
                "POST", "/jobs", ["Content-Type": "text/plain"], body: #"{"command": ["true"]}"#)
            #expect(head.status == 415)
            try nothingIsStored(jobd)
        }
    }

    @Test func pagesOfOtherSitesGetNothing() throws {
        try DaemonFixture.with(["--cors-origins", "https://app.example.org"]) { jobd in
            let body = #"{"command": ["true"]}"#
            for headers in [["Host": "evil.example"], ["Host": "127.0.0.1.evil.example"]] {
                #expect(try jobd.request("POST", "/jobs", headers, body: body).head.status == 421)
            }
            for origin in ["https://evil.example", "null", "http://localhost:1"] {
                let headers = ["Origin": origin]
                #expect(try jobd.request("POST", "/jobs", headers, body: body).head.status == 403)
                #expect(try jobd.request("GET", "/jobs", headers).head.status == 403)
            }
            try nothingIsStored(jobd)
            let listed = ["Origin": "https://app.example.org"]
            let (head, _) = try jobd.request("GET", "/jobs", listed)
            #expect(head.status == 200)
            #expect(head.headers["access-control-allow-origin"] == "https://app.example.org")
            let preflight = try jobd.request(
                "OPTIONS", "/jobs", listed.merging(["Access-Control-Request-Method": "POST"]) { $1 }
            )
            #expect(preflight.head.status == 204)
            let own = ["Origin": "http://localhost"]
            #expect(try jobd.request("GET", "/jobs", own).head.status == 200)
        }
    }

    @Test func whatDoesNotExistIsNotFoundAndMethodsAreNamed() throws {
        try DaemonFixture.with { jobd in
            for path in [
                "/jobs/77", "/jobs/abc", "/jobs/-1", "/jobs/77/progress", "/jobs/77/output",
            ] {
                let (status, problem) = try jobd.json("GET", path)
                #expect(status == 404, "\(path)")
                #expect(problem["code"] as? String == "job_not_found", "\(path)")
            }
            #expect(try jobd.json("POST", "/jobs/77/cancel").status == 404)
            #expect(try jobd.json("DELETE", "/jobs/77").status == 404)
            #expect(try jobd.json("GET", "/nowhere").object["code"] as? String == "not_found")
            let (head, _) = try jobd.request("PUT", "/jobs", body: "{}")
            #expect(head.status == 405)
            #expect(head.headers["allow"] == "GET, HEAD, POST")
            #expect(try jobd.request("HEAD", "/jobs").head.status == 200)
        }
    }

    @Test func badParametersAreSaidToBe() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            let header = try jobd.json("GET", "/jobs/\(id)/progress", ["Last-Event-ID": "abc"])
            #expect(header.status == 400)
            for query in [
                "jobs/\(id)/progress?after=abc", "jobs/\(id)/progress?after=-1",
                "jobs/\(id)/progress?format=xml", "jobs?limit=0", "jobs?limit=%2B5",
                "jobs?limit=1&limit=2", "jobs?q=a&q=b", "events?after=1&after=2", "jobs?limit=1001",
                "jobs?state=asleep", "jobs?label=novalue", "jobs/\(id)/output?stream=both",
                "jobs/\(id)/output?tail=-3", "events?after=x",
            ] {
                let (status, problem) = try jobd.json("GET", "/\(query)")
                #expect(status == 400, "\(query): \(problem)")
                #expect(problem["detail"] as? String != nil)
            }
            let output = try jobd.json(
                "GET", "/jobs/\(id)/output",
                ["Last-Event-ID": "abc", "Accept": "text/event-stream"])
            #expect(output.status == 400)
            #expect(try jobd.json("GET", "/jobs/\(id)/output?attempt=2").status == 404)
        }
    }

    @Test func commandsThatCannotStartFailWithTheReason() throws {
        try DaemonFixture.with { jobd in
            let noProgram = try jobd.finished(try jobd.submit(["command": ["no-such-program-42"]]))
            #expect(noProgram["failure"] as? String == "unstartable")
            #expect((noProgram["error"] as? String)?.contains("no-such-program-42") == true)
            let noDirectory = try jobd.finished(
                try jobd.submit(["command": ["true"], "cwd": "/no/such/directory"]))
            #expect(noDirectory["failure"] as? String == "unstartable")
            #expect((noDirectory["error"] as? String)?.contains("/no/such/directory") == true)
            let noPermission = try jobd.finished(try jobd.submit(["command": ["/etc/passwd"]]))
            #expect(noPermission["failure"] as? String == "unstartable")
            #expect((noPermission["error"] as? String)?.contains("ermission") == true)
        }
    }

    // MARK: Starting

    @Test func aSecondDaemonOnTheSameStateRefusesToStart() throws {
        try DaemonFixture.with { jobd in
            let second = try jobd.spawn(["--listen", "127.0.0.1:0"])
            #expect(second.wait() == 73)
            #expect(try jobd.json("GET", "/health").status == 200)
            #expect(try log(jobd).contains("Another jobd"))
        }
    }

    @Test func aPortThatIsTakenIsSaidToBe() throws {
        try DaemonFixture.with { jobd in
            let other = try DaemonFixture()
            defer { try? FileManager.default.removeItem(atPath: other.directory) }
            let port = jobd.address.split(separator: ":").last ?? ""
            let daemon = try other.spawn(["--listen", "127.0.0.1:\(port)"])
            #expect(daemon.wait() == 69)
            #expect(try log(other).contains("\(port)"))
        }
    }

    @Test func aStateDirectoryThatCannotBeMadeIsSaidToBe() throws {
        let fixture = try DaemonFixture(["--no-listen"])
        defer { try? FileManager.default.removeItem(atPath: fixture.directory) }
        // A file where the directory should be: root may write anywhere else.
        touch(fixture.state)
        #expect(try fixture.spawn().wait() == 73)
        #expect(try log(fixture).contains(fixture.state))
    }

    /// Root may write into any directory that is not mounted read-only.
    @Test(.enabled(if: getuid() == 0)) func aReadOnlyStateDirectoryIsSaidToBe() throws {
        let fixture = try DaemonFixture(["--no-listen"])
        defer { try? FileManager.default.removeItem(atPath: fixture.directory) }
        try FileManager.default.createDirectory(
            atPath: fixture.state, withIntermediateDirectories: true)
        let mount = try ChildProcess(
            "/bin/mount", ["-t", "tmpfs", "-o", "ro,mode=0700", "x", fixture.state])
        try #require(mount.wait() == 0)
        defer { _ = try? ChildProcess("/bin/umount", ["-l", fixture.state]).wait() }
        #expect(try fixture.spawn().wait() == 73)
        #expect(try log(fixture).contains("Read-only file system"))
    }

    @Test func settingsThatMakeNoSenseAreSaidToBe() throws {
        let fixture = try DaemonFixture()
        defer { try? FileManager.default.removeItem(atPath: fixture.directory) }
        #expect(try fixture.spawn(["--no-such-flag"]).wait() == 64)
        #expect(try fixture.spawn(["--slots", "many"]).wait() == 64)
        #expect(try fixture.spawn(["--listen", "0.0.0.0"]).wait() == 64)
        let file = "\(fixture.directory)/config.yaml"
        for text in ["sloots: 3", "slots: many", "- a", "slots: [", "listen: {a: 1}"] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            #expect(try fixture.spawn(["--config", file]).wait() == 78, "\(text)")
        }
        #expect(try fixture.spawn(["--config", "/no/such/file"]).wait() == 78)
        #expect(!FileManager.default.fileExists(atPath: fixture.state))
    }

    @Test func flagsOutrankTheEnvironmentAndThatOutranksTheFile() throws {
        let directory = try DaemonFixture().directory
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let file = "\(directory)/config.yaml"
        try Data("slots: 3\nlog_level: debug\n".utf8).write(to: URL(fileURLWithPath: file))
        func slots(_ arguments: [String], _ environment: [String: String]) throws -> String? {
            var output: String?
            try DaemonFixture.with(["--config", file] + arguments, environment: environment) {
                jobd in
                let path = "\(jobd.directory)/slots"
                let sqlite = try ChildProcess(
                    "/usr/bin/sqlite3",
                    ["\(jobd.state)/jobd.db", "SELECT slots FROM queues"], output: path)
                #expect(sqlite.wait() == 0)
                output = try String(contentsOfFile: path, encoding: .utf8)
            }
            return output
        }
        #expect(try slots([], [:]) == "3\n")
        #expect(try slots([], ["JOBD_SLOTS": "2"]) == "2\n")
        #expect(try slots(["--slots", "1"], ["JOBD_SLOTS": "2"]) == "1\n")
    }

    @Test func asManyJobsRunAsThereAreSlots() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let ids = try (0..<5).map { _ in try jobd.submit(["command": ["sleep", "1000"]]) }
            func states() throws -> [String] {
                try ids.map { try jobd.json("GET", "/jobs/\($0)").object["state"] as? String ?? "" }
            }
            let full = ["running", "running", "running", "queued", "queued"]
            try waitUntil("the slots are full") { try states() == full }
            _ = try jobd.json("POST", "/jobs/\(ids[1])/cancel")
            let next = ["running", "cancelled", "running", "running", "queued"]
            try waitUntil("the next has its turn") { try states() == next }
            try waitUntil("three are supervised") { jobd.supervisors() == 3 }
        }
    }

    @Test func aNewerDatabaseIsRefusedAndLeftAlone() throws {
        let fixture = try DaemonFixture(["--no-listen"])
        defer { try? FileManager.default.removeItem(atPath: fixture.directory) }
        try FileManager.default.createDirectory(
            atPath: fixture.state, withIntermediateDirectories: true)
        let sqlite = try ChildProcess(
            "/usr/bin/sqlite3", ["\(fixture.state)/jobd.db", "PRAGMA user_version = 999"])
        #expect(sqlite.wait() == 0)
        let before = FileManager.default.contents(atPath: "\(fixture.state)/jobd.db")
        #expect(try fixture.spawn().wait() == 78)
        #expect(try log(fixture).contains("newer jobd"))
        let after = FileManager.default.contents(atPath: "\(fixture.state)/jobd.db")
        #expect(before == after)
    }

    private func log(_ fixture: DaemonFixture) throws -> String {
        try String(contentsOfFile: fixture.log, encoding: .utf8)
    }
}
