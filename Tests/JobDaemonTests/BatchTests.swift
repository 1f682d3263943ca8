import Foundation
import JobTestSupport
import Testing

/// Many jobs submitted together, or none of them.
@Suite(.serialized) struct BatchTests {
    private func submit(
        _ jobd: DaemonFixture, _ jobs: [[String: Any]]
    ) throws -> [[String: Any]] {
        let (status, batch) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
        guard status == 201, let made = batch["jobs"] as? [[String: Any]] else {
            throw UnexpectedAnswer(description: "the batch gave \(status): \(batch)")
        }
        return made
    }

    @Test func jobsComeAfterOneAnotherByName() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let before = try jobd.submit(["command": ["true"]])
            let command = "echo $NAME >> \(jobd.directory)/order"
            func job(_ name: String, _ after: [Any] = []) -> [String: Any] {
                ["command": command, "name": name, "env": ["NAME": name], "after": after]
            }
            let made = try submit(
                jobd,
                [
                    job("deploy", ["test", "pack"]), job("build", [before]),
                    job("test", ["build"]), job("pack", ["test"]),
                ])
            let ids = made.compactMap { $0["id"] as? Int }
            // In a row, in the order of the request, whatever comes after what.
            #expect(ids == Array(before + 1...before + 4))
            #expect(
                made.compactMap { $0["name"] as? String } == ["deploy", "build", "test", "pack"])
            #expect(made[0]["after"] as? [Int] == [ids[2], ids[3]])
            #expect(made[1]["after"] as? [Int] == [before])
            for job in made.dropFirst(2) { #expect(job["waiting_for"] as? String == "jobs") }
            try jobd.finished(ids[0])
            let order = try String(contentsOfFile: "\(jobd.directory)/order", encoding: .utf8)
            #expect(order == "build\ntest\npack\ndeploy\n")
            for job in made {
                #expect(
                    try jobd.job(#require(job["id"] as? Int))["state"] as? String == "succeeded")
            }
        }
    }

    @Test func oneThatIsWrongRefusesAll() throws {
        try DaemonFixture.with { jobd in
            let good: [String: Any] = ["command": ["true"], "name": "a"]
            let cases: [([[String: Any]], [String])] = [
                ([good, ["command": []]], ["jobs[1].command"]),
                (
                    [good, ["command": ["true"], "timeout_seconds": -1, "retries": 2]],
                    ["jobs[1].timeout_seconds", "jobs[1].retries"]
                ),
                // What only the store can know.
                ([good, good, ["command": ["true"], "queue": "none"]], ["jobs[2].queue"]),
                ([good, ["command": ["true"], "after": [4711]]], ["jobs[1].after"]),
                (
                    [good, ["command": ["true"], "resources": ["gpu": 1]]],
                    ["jobs[1].resources.gpu"]
                ),
                // Names.
                ([good, ["command": ["true"], "after": ["b"]]], ["jobs[1].after"]),
                ([good, good, ["command": ["true"], "after": ["a"]]], ["jobs[2].after"]),
                ([["command": ["true"], "name": "x", "after": ["x"]]], ["jobs[0].after"]),
                (
                    [
                        good, ["command": ["true"], "name": "x", "after": ["y"]],
                        ["command": ["true"], "name": "y", "after": ["x"]],
                    ], ["jobs[1].after"]
                ),
                ([], ["jobs"]),
            ]
            for (jobs, fields) in cases {
                try jobd.expectRefusal(
                    "POST", "/jobs/batch", ["jobs": jobs], status: 422, code: "invalid_spec",
                    fields: fields)
            }
            try jobd.expectRefusal(
                "POST", "/jobs/batch", [:], status: 422, code: "invalid_spec", fields: ["jobs"])
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": NSNull()], status: 422, code: "invalid_spec",
                fields: ["jobs"])
            #expect(try jobd.request("GET", "/jobs/batch").head.status == 405)
            let large = String(repeating: "x", count: 2 << 20)
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": [["command": ["true"], "stdin": large]]],
                status: 413, code: "payload_too_large")
            #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.isEmpty == true)
            let page = try jobd.json(
                "GET", "/events?after=0", ["Accept": "application/json"]
            ).object
            #expect((page["events"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func tenThousandAreSubmittedTogether() throws {
        try DaemonFixture.with(["--slots", "0"]) { jobd in
            let made = try submit(
                jobd, [[String: Any]](repeating: ["command": ["true"]], count: 10_000))
            #expect(made.count == 10_000)
            try jobd.killAndRestart()
            #expect(try jobd.json("GET", "/queues/default").object["queued"] as? Int == 10_000)
            #expect(try jobd.state(10_000) == "queued")
            try jobd.expectRefusal(
                "POST", "/jobs/batch",
                ["jobs": [[String: Any]](repeating: ["command": ["true"]], count: 10_001)],
                status: 422, code: "invalid_spec", fields: ["jobs"])
        }
    }

    @Test func aBatchThatFailedAtItsHeadIsToldToEveryone() throws {
        try DaemonFixture.with { jobd in
            let bad = try jobd.submit(["command": ["false"]])
            try jobd.finished(bad)
            // Of a batch some may have failed before it is answered.
            let made = try submit(
                jobd,
                [
                    ["command": ["true"], "name": "a", "after": [bad]],
                    ["command": ["true"], "name": "b", "after": ["a"]],
                    ["command": ["true"], "after": ["b"], "after_policy": "finished"],
                ])
            let ids = made.compactMap { $0["id"] as? Int }
            for id in ids.prefix(2) {
                #expect(try jobd.finished(id)["failure"] as? String == "dependency")
            }
            #expect(try jobd.finished(ids[2])["state"] as? String == "succeeded")
        }
    }
}
