import Foundation
import JobTestSupport
import Testing

/// Finished jobs that are kept no longer: by the daemon's settings, or by hand.
@Suite(.serialized) struct RetentionTests {
    private func ids(_ jobd: DaemonFixture) throws -> [Int] {
        (try jobd.json("GET", "/jobs?limit=1000").object["jobs"] as? [[String: Any]] ?? [])
            .compactMap { $0["id"] as? Int }.sorted()
    }

    private func files(_ jobd: DaemonFixture) throws -> [Int] {
        try FileManager.default.contentsOfDirectory(atPath: "\(jobd.state)/jobs")
            .compactMap { Int($0) }.sorted()
    }

    /// Runs jobs one after the other, so that they finish in their order.
    private func run(_ jobd: DaemonFixture, _ count: Int, _ command: String = ":") throws -> [Int] {
        try (0..<count).map { _ in
            let id = try jobd.submit(["command": command])
            try jobd.finished(id)
            return id
        }
    }

    private func prune(
        _ jobd: DaemonFixture, _ body: [String: Any]? = [:]
    ) throws -> (jobs: Int?, bytes: Int?) {
        let (status, pruned) = try jobd.send("POST", "/prune", body)
        guard status == 200 else {
            throw UnexpectedAnswer(description: "prune gave \(status): \(pruned)")
        }
        return (pruned["jobs"] as? Int, pruned["bytes"] as? Int)
    }

    // MARK: By settings

    @Test func onlySoManyAreKept() throws {
        try DaemonFixture.with(["--retention-jobs", "5", "--slots", "4"]) { jobd in
            let running = try jobd.submitGated("go")
            let waiting = try jobd.submit(["command": ["true"], "after": [running]])
            try jobd.wrote("ready", running)
            let finished = try run(jobd, 12)
            try waitUntil("five are kept") { try ids(jobd).count == 7 }
            #expect(try ids(jobd) == [running, waiting] + finished.suffix(5))
            try waitUntil("their files are gone") {
                try files(jobd) == [running] + finished.suffix(5)
            }
            // What has not finished is never pruned, however old it is.
            #expect(try jobd.state(running) == "running")
            jobd.open(gate: "go")
            try jobd.finished(waiting)
            try waitUntil("five are kept") {
                try ids(jobd) == [running, waiting] + finished.suffix(3)
            }
        }
    }

    @Test func theOldAreNotKept() throws {
        try DaemonFixture.with(["--retention-seconds", "3"]) { jobd in
            let running = try jobd.submitGated("never")
            try jobd.wrote("ready", running)
            let old = try run(jobd, 2)
            try waitUntil("they have gone") { try ids(jobd) == [running] }
            try waitUntil("their files have gone") { try files(jobd) == [running] }
            for id in old {
                try jobd.expectRefusal(
                    "GET", "/jobs/\(id)", status: 404, code: "job_not_found")
            }
            // Nothing else happens meanwhile: the daemon looks by itself.
            #expect(try jobd.state(running) == "running")
        }
    }

    @Test func onlySoManyBytesAreKept() throws {
        try DaemonFixture.with(["--retention-bytes", "250000"]) { jobd in
            let finished = try run(jobd, 6, "head -c 100000 /dev/zero")
            try waitUntil("two are kept") { try ids(jobd) == finished.suffix(2) }
            try waitUntil("their files have gone") { try files(jobd) == finished.suffix(2) }
        }
    }

    @Test func whatWasThereBeforeIsPrunedAtTheStart() throws {
        let forever = [
            "--retention-seconds", "0", "--retention-jobs", "0", "--retention-bytes", "0",
        ]
        try DaemonFixture.with(forever) { jobd in
            let finished = try run(jobd, 8)
            #expect(try prune(jobd) == (0, 0))
            #expect(try ids(jobd) == finished)
            jobd.arguments = ["--retention-jobs", "3"]
            try jobd.killAndRestart()
            try waitUntil("three are kept") { try ids(jobd) == finished.suffix(3) }
            try waitUntil("their files have gone") { try files(jobd) == finished.suffix(3) }
        }
    }

    // MARK: By hand

    @Test func byHandWhatMatchesIsRemoved() throws {
        try DaemonFixture.with(["--retention-jobs", "0", "--slots", "2"]) { jobd in
            try jobd.putQueue("q", [:])
            let good = try run(jobd, 3, "echo 12345")
            let bad = try run(jobd, 2, "exit 1")
            let other = try jobd.submit(["command": ["false"], "queue": "q"])
            try jobd.finished(other)
            let running = try jobd.submitGated("never")
            try jobd.wrote("ready", running)
            // Too young, and among the newest: nothing goes.
            #expect(try prune(jobd, ["older_than_seconds": 1000]) == (0, 0))
            #expect(try prune(jobd, ["keep": 6]) == (0, 0))
            #expect(try prune(jobd, ["older_than_seconds": 1000, "keep": 0]) == (0, 0))
            #expect(try prune(jobd, ["older_than_seconds": 0, "keep": 6]) == (0, 0))
            #expect(try prune(jobd, ["states": ["cancelled"]]) == (0, 0))
            #expect(try prune(jobd, ["queue": "none"]) == (0, 0))

            #expect(try prune(jobd, ["keep": 5]).jobs == 1)
            #expect(try ids(jobd) == good[1...] + bad + [other, running])
            #expect(try prune(jobd, ["states": ["failed"], "queue": "default"]).jobs == 2)
            #expect(try ids(jobd) == good[1...] + [other, running])
            let (jobs, bytes) = try prune(jobd, ["older_than_seconds": 0, "states": ["succeeded"]])
            #expect(jobs == 2)
            // The output and what the journal needs for itself.
            #expect(try #require(bytes) >= 12)
            #expect(try ids(jobd) == [other, running])
            #expect(try files(jobd) == [other, running])
            #expect(try prune(jobd, ["keep": 0]).jobs == 1)
            #expect(try ids(jobd) == [running])
            #expect(try jobd.state(running) == "running")
            // Its number is not given to another.
            #expect(try jobd.submit(["command": ["true"]]) > running)
        }
    }

    @Test func withoutAWordTheSettingsApply() throws {
        try DaemonFixture.with(["--retention-jobs", "2"]) { jobd in
            let finished = try run(jobd, 4)
            let (jobs, _) = try prune(jobd, nil)
            // Unless the daemon itself was faster.
            #expect(try #require(jobs) <= 2)
            #expect(try ids(jobd) == finished.suffix(2))
            #expect(try prune(jobd) == (0, 0))
        }
    }

    @Test func whatIsWrongWithAPruneIsSaid() throws {
        try DaemonFixture.with { jobd in
            let id = try run(jobd, 1)[0]
            let wrong: [([String: Any], [String])] = [
                (["older_than_seconds": -1], ["older_than_seconds"]),
                (["older_than_seconds": "7d"], ["older_than_seconds"]),
                (["keep": -1], ["keep"]), (["states": ["running"]], ["states"]),
                (["states": "failed"], ["states"]), (["older_than": 0], ["older_than"]),
            ]
            for (body, fields) in wrong {
                try jobd.expectRefusal(
                    "POST", "/prune", body, status: 422, code: "invalid_spec", fields: fields)
            }
            #expect(try jobd.request("GET", "/prune").head.status == 405)
            let form = try jobd.request(
                "POST", "/prune", ["Content-Type": "text/plain"], body: "{}")
            #expect(form.head.status == 415)
            #expect(try ids(jobd) == [id])
        }
    }

    // MARK: Streams

    @Test func aPrunedJobsStreamsAreGoneAndOthersGoOn() throws {
        try DaemonFixture.with { jobd in
            let gone = try run(jobd, 1, "echo 50%")[0]
            let stays = try run(jobd, 1, "echo 50%")[0]
            let all = try jobd.stream("/jobs/\(gone)/progress")
            let first = try #require(all.first?.id)
            #expect(try prune(jobd, ["keep": 1]).jobs == 1)
            for path in ["progress", "output", "attempts"] {
                try jobd.expectRefusal(
                    "GET", "/jobs/\(gone)/\(path)", status: 404, code: "job_not_found")
            }
            try jobd.expectRefusal(
                "GET", "/jobs/\(gone)/progress", headers: ["Last-Event-ID": first], status: 404,
                code: "job_not_found")
            // All jobs' stream goes on where it was, without what is gone.
            let page =
                try jobd.json(
                    "GET", "/events?after=\(first)", ["Accept": "application/json"]
                ).object["events"] as? [[String: Any]]
            #expect(Set((page ?? []).compactMap { $0["job"] as? Int }) == [stays])
            #expect(try jobd.stream("/jobs/\(stays)/progress").last?.event == "end")
        }
    }

    /// Whoever comes after it is not left waiting for something that is gone.
    @Test func whatComesAfterAPrunedJobHasItsTurn() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let first = try run(jobd, 1)[0]
            let running = try jobd.submitGated("go")
            let id = try jobd.submit(["command": ["true"], "after": [first, running]])
            #expect(try prune(jobd, ["keep": 0]).jobs == 1)
            #expect(try jobd.job(id)["waiting_for"] as? String == "jobs")
            jobd.open(gate: "go")
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        }
    }
}
