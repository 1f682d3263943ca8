import Foundation
import Glibc
import JobTestSupport
import Testing

/// What jobs write, in every form in which it can be read.
@Suite(.serialized) struct OutputTests {
    @Test func rawOutputCanBeReadWholeInPartByStreamAndFromTheEnd() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; sleep 0.02; done"
            ])
            try jobd.finished(id)
            func get(_ query: String, _ range: String? = nil) throws -> (Int, String, String?) {
                let (head, body) = try jobd.request(
                    "GET", "/jobs/\(id)/output\(query)", range.map { ["Range": $0] } ?? [:])
                return (
                    head.status, String(decoding: body, as: UTF8.self),
                    head.headers["content-range"]
                )
            }
            let whole = try get("").1
            #expect(whole.utf8.count == 60)
            #expect(try get("?stream=stdout").1 == (1...5).map { "out \($0)\n" }.joined())
            #expect(try get("?stream=stderr").1 == (1...5).map { "err \($0)\n" }.joined())
            #expect(try get("?stream=stderr&tail=2").1 == "err 4\nerr 5\n")
            #expect(try get("?tail=3").1 == String(whole.suffix(18)))
            #expect(try get("?tail=0").1 == "")
            #expect(
                try get("", "bytes=3-9") == (
                    206, String(whole.dropFirst(3).prefix(7)), "bytes 3-9/60"
                ))
            #expect(try get("", "bytes=57-") == (206, String(whole.suffix(3)), "bytes 57-59/60"))
            #expect(try get("", "bytes=-5") == (206, String(whole.suffix(5)), "bytes 55-59/60"))
            #expect(try get("", "bytes=60-").0 == 416)
            #expect(try get("?stream=stdout", "bytes=6-11").1 == "out 2\n")
            #expect(try get("?follow=1").1 == whole)
        }
    }

    @Test func outputIsFollowedWhileItIsWrittenAndResumed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command":
                    "for i in $(seq 1 40); do echo line $i; sleep 0.02; done; printf 'é'; exit 1"
            ])
            let path = "/jobs/\(id)/output"
            let accept = ["Accept": "text/event-stream"]
            var received: [TestEvent] = []
            // Cut after each few events, and once by the daemon's death.
            while received.last?.event != "end" {
                var headers = accept
                headers["Last-Event-ID"] = received.last?.id
                var room = 7
                received += try jobd.stream(path, headers) { _ in
                    room -= 1
                    return room == 0
                }
                if received.count == 14 { try jobd.killAndRestart() }
            }
            let text = received.filter { $0.event == "output" }
                .compactMap { $0.json["text"] as? String }.joined()
            #expect(text == (1...40).map { "line \($0)\n" }.joined() + "é")
            #expect(received.last?.json["exit_code"] as? Int == 1)
            var headers = accept
            headers["Last-Event-ID"] = received.last?.id
            #expect(try jobd.request("GET", path, headers).head.status == 204)
            headers["Last-Event-ID"] = "1:7"
            let reset = try jobd.stream(path, headers)
            #expect(reset.first?.event == "reset")
            #expect(Array(reset.dropFirst()) == received)
        }
    }

    @Test func bytesThatAreNotTextComeThroughRawAsTheyAre() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command":
                    #"i=0; while [ $i -lt 256 ]; do printf "\\$(printf %o $i)"; i=$((i+1)); done"#
            ])
            try jobd.finished(id)
            let (_, body) = try jobd.request("GET", "/jobs/\(id)/output")
            #expect(body == (0...255).map { UInt8($0) })
        }
    }

    @Test func stdinEnvironmentDirectoryAndTerminalAreAsAskedFor() throws {
        try DaemonFixture.with { jobd in
            let job = try jobd.submit([
                "command":
                    "cat; pwd; echo $GREETING $JOBD_JOB_ID $JOBD_ATTEMPT $PYTHONUNBUFFERED; env",
                "stdin": "from stdin\n", "cwd": "/usr", "env": ["GREETING": "hello"],
            ])
            try jobd.finished(job)
            let text = String(
                decoding: try jobd.request("GET", "/jobs/\(job)/output").body, as: UTF8.self)
            #expect(text.hasPrefix("from stdin\n/usr\nhello \(job) 1 1\n"))
            #expect(!text.contains("LISTEN_"))
            let terminal = try jobd.submit([
                "command": "test -t 1 && stty size && echo $TERM", "tty": true,
            ])
            try jobd.finished(terminal)
            #expect(
                try jobd.request("GET", "/jobs/\(terminal)/output").body
                    == Array("40 120\r\nxterm-256color\r\n".utf8))
            // What may be secret is not shown.
            let shown = try jobd.request("GET", "/jobs/\(job)").body
            #expect(!String(decoding: shown, as: UTF8.self).contains("hello\""))
        }
    }

    @Test func timeAndOutputLimitsEndAJob() throws {
        try DaemonFixture.with { jobd in
            let slow = try jobd.submit(["command": ["sleep", "1000"], "timeout_seconds": 0.2])
            #expect(try jobd.finished(slow)["failure"] as? String == "timeout")
            let loud = try jobd.submit(["command": "yes", "output_limit_bytes": 10_000])
            #expect(try jobd.finished(loud)["failure"] as? String == "output_limit")
            #expect(try jobd.request("GET", "/jobs/\(loud)/output").body.count == 10_000)
        }
    }

    @Test func cancellingEndsTheWholeTree() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": """
                trap 'echo asked' TERM
                (trap '' TERM; setsid sleep 1000 & sleep 1000) &
                echo ready
                while :; do sleep 0.05; done
                """,
                "kill_grace_seconds": 0.2,
            ])
            try waitUntil("it is ready") {
                try !jobd.request("GET", "/jobs/\(id)/output").body.isEmpty
            }
            let (status, job) = try jobd.json("POST", "/jobs/\(id)/cancel", body: "{}")
            #expect(status == 202)
            #expect(job["cancel_requested_at"] is String)
            let ended = try jobd.finished(id)
            #expect(ended["state"] as? String == "cancelled")
            #expect(ended["failure"] is NSNull)
            #expect(
                try jobd.stream("/jobs/\(id)/progress").last?.json["state"] as? String
                    == "cancelled")
            let text = String(
                decoding: try jobd.request("GET", "/jobs/\(id)/output").body, as: UTF8.self)
            #expect(text.contains("asked"))
            #expect(jobd.remnants() == [])
            // Asking again changes nothing.
            #expect(try jobd.json("POST", "/jobs/\(id)/cancel").status == 200)
        }
    }

    @Test func aQueuedJobIsCancelledAtOnceAndAFinishedOneNotAtAll() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let first = try jobd.submit(["command": ["sleep", "1000"]])
            let second = try jobd.submit(["command": ["true"]])
            #expect(try jobd.json("POST", "/jobs/\(second)/cancel").status == 200)
            #expect(try jobd.stream("/jobs/\(second)/progress").map(\.event) == ["state", "end"])
            #expect(
                try jobd.stream(
                    "/jobs/\(second)/output", ["Accept": "text/event-stream"]
                ).map(\.event) == ["end"])
            #expect(try jobd.json("DELETE", "/jobs/\(first)").status == 409)
            _ = try jobd.json("POST", "/jobs/\(first)/cancel", body: #"{"signal": "KILL"}"#)
            #expect(try jobd.finished(first)["signal"] as? Int == 9)
            let third = try jobd.submit(["command": ["true"]])
            try jobd.finished(third)
            let (status, problem) = try jobd.json("POST", "/jobs/\(third)/cancel")
            #expect(status == 409)
            #expect(problem["code"] as? String == "conflict")
        }
    }

    @Test func deletingRemovesAJobWithItsFiles() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo something"])
            try jobd.finished(id)
            let files = "\(jobd.state)/jobs/\(id)"
            #expect(FileManager.default.fileExists(atPath: "\(files)/1/journal"))
            #expect(try jobd.request("DELETE", "/jobs/\(id)").head.status == 204)
            #expect(try jobd.json("GET", "/jobs/\(id)").status == 404)
            #expect(!FileManager.default.fileExists(atPath: files))
            // Its number is not given to another.
            #expect(try jobd.submit(["command": ["true"]]) > id)
        }
    }

    @Test func jobsArePagedNewestFirst() throws {
        try DaemonFixture.with { jobd in
            let ids = try (0..<7).map { number in
                try jobd.submit([
                    "command": ["true"], "name": "job \(number % 2)", "labels": ["n": "\(number)"],
                ])
            }
            for id in ids { try jobd.finished(id) }
            var seen: [Int] = []
            var path: String? = "/jobs?limit=3"
            while let next = path {
                let page = try jobd.json("GET", next).object
                seen += (page["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
                path = page["next"] as? String
            }
            #expect(seen == ids.reversed())
            func count(_ query: String) throws -> Int? {
                (try jobd.json("GET", "/jobs?\(query)").object["jobs"] as? [Any])?.count
            }
            #expect(try count("name=job%200") == 4)
            #expect(try count("name=job+1&limit=2") == 2)
            #expect(try count("label=n=3") == 1)
            #expect(try count("state=running,queued") == 0)
            #expect(try count("state=succeeded&q=JOB") == 7)
        }
    }
}
