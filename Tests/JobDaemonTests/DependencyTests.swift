import Foundation
import JobTestSupport
import Testing

/// Jobs that come after others.
@Suite(.serialized) struct DependencyTests {
    @Test func aChainRunsInItsOrderOverRestarts() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            var ids: [Int] = []
            for index in 0..<5 {
                ids.append(
                    try jobd.submitGated(
                        "\(index)", then: "echo \(index) >> \(jobd.directory)/order",
                        ["after": Array(ids.suffix(1))]))
            }
            try jobd.wrote("ready", ids[0])
            for id in ids.dropFirst() {
                let job = try jobd.job(id)
                #expect(job["state"] as? String == "waiting")
                #expect(job["waiting_for"] as? String == "jobs")
                #expect(job["after"] as? [Int] == [id - 1])
                #expect(job["eligible_at"] is NSNull)
            }
            for (index, id) in ids.enumerated() {
                try jobd.wrote("ready", id)
                if index % 2 == 0 { try jobd.killAndRestart() }
                // Behind the one that runs all wait.
                for later in ids.dropFirst(index + 1) {
                    #expect(try jobd.state(later) == "waiting")
                }
                jobd.open(gate: "\(index)")
            }
            try jobd.finished(ids[4])
            let order = try String(contentsOfFile: "\(jobd.directory)/order", encoding: .utf8)
            #expect(order == "0\n1\n2\n3\n4\n")
            #expect(
                try jobd.events(of: ids[1]).compactMap { $0["state"] as? String }
                    == ["waiting", "queued", "running", "succeeded"])
            #expect(try jobd.events(of: ids[1]).first?["waiting_for"] as? String == "jobs")
        }
    }

    @Test func theEndOfADiamondWaitsForBothSides() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let top = try jobd.submit(["command": ["true"]])
            let left = try jobd.submitGated("left", ["after": [top]])
            let right = try jobd.submitGated("right", ["after": [top]])
            let bottom = try jobd.submit(["command": ["true"], "after": [right, left, left]])
            #expect(try jobd.job(bottom)["after"] as? [Int] == [left, right])
            try jobd.wrote("ready", left)
            try jobd.wrote("ready", right)
            jobd.open(gate: "left")
            try jobd.finished(left)
            #expect(try jobd.state(bottom) == "waiting")
            jobd.open(gate: "right")
            #expect(try jobd.finished(bottom)["state"] as? String == "succeeded")
        }
    }

    @Test func aFailureFailsWhateverComesAfterIt() throws {
        try DaemonFixture.with { jobd in
            let first = try jobd.submitGated("go", then: "exit 3")
            let second = try jobd.submit(["command": ["true"], "after": [first]])
            let third = try jobd.submit(["command": ["true"], "after": [second]])
            let anyway = try jobd.submit([
                "command": ["true"], "after": [third], "after_policy": "finished",
            ])
            jobd.open(gate: "go")
            for id in [second, third] {
                let job = try jobd.finished(id)
                #expect(job["state"] as? String == "failed")
                #expect(job["failure"] as? String == "dependency")
                #expect(job["error"] as? String != nil)
                #expect(job["attempt"] as? Int == 0)
                #expect(job["started_at"] is NSNull)
                #expect(job["exit_code"] is NSNull)
                let end = try #require(try jobd.stream("/jobs/\(id)/progress").last)
                #expect(end.event == "end")
                #expect(end.json["failure"] as? String == "dependency")
            }
            #expect((try jobd.job(second)["error"] as? String)?.contains("\(first)") == true)
            #expect(try jobd.finished(anyway)["state"] as? String == "succeeded")
            #expect(try jobd.attempts(second).isEmpty)
        }
    }

    @Test func cancellingFailsWhateverComesAfterIt() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let running = try jobd.submitGated("never")
            let queued = try jobd.submit(["command": ["true"]])
            let afterQueued = try jobd.submit(["command": ["true"], "after": [queued]])
            let afterBoth = try jobd.submit(["command": ["true"], "after": [running, afterQueued]])
            let anyway = try jobd.submit([
                "command": ["true"], "after": [queued], "after_policy": "finished",
            ])
            try jobd.wrote("ready", running)
            #expect(try jobd.send("POST", "/jobs/\(queued)/cancel").status == 200)
            #expect(try jobd.finished(afterQueued)["failure"] as? String == "dependency")
            #expect(try jobd.finished(afterBoth)["failure"] as? String == "dependency")
            #expect(try jobd.state(running) == "running")
            #expect(try jobd.send("POST", "/jobs/\(running)/cancel").status == 202)
            #expect(try jobd.finished(anyway)["state"] as? String == "succeeded")
        }
    }

    @Test func whatHasEndedAlreadyCountsAsItEnded() throws {
        try DaemonFixture.with { jobd in
            let good = try jobd.submit(["command": ["true"]])
            let bad = try jobd.submit(["command": ["false"]])
            try jobd.finished(good)
            try jobd.finished(bad)
            let afterGood = try jobd.submit(["command": ["true"], "after": [good]])
            #expect(try jobd.finished(afterGood)["state"] as? String == "succeeded")
            let (status, afterBad) = try jobd.send(
                "POST", "/jobs", ["command": ["true"], "after": [good, bad]])
            #expect(status == 201)
            #expect(afterBad["state"] as? String == "failed")
            #expect(afterBad["failure"] as? String == "dependency")
            let anyway = try jobd.submit([
                "command": ["true"], "after": [bad], "after_policy": "finished",
            ])
            #expect(try jobd.finished(anyway)["state"] as? String == "succeeded")
        }
    }

    @Test func aJobThatDoesNotExistCannotBeWaitedFor() throws {
        try DaemonFixture.with { jobd in
            let gone = try jobd.submit(["command": ["true"]])
            try jobd.finished(gone)
            _ = try jobd.request("DELETE", "/jobs/\(gone)")
            for id in [gone, 4711] {
                try jobd.expectRefusal(
                    "POST", "/jobs", ["command": ["true"], "after": [id]], status: 422,
                    code: "invalid_spec", fields: ["after"])
            }
            #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func aTimeCountsToo() throws {
        try DaemonFixture.with { jobd in
            let first = try jobd.submitGated("go")
            let id = try jobd.submit([
                "command": ["true"], "after": [first], "not_before": "2999-01-01T00:00:00Z",
            ])
            #expect(try jobd.job(id)["waiting_for"] as? String == "jobs")
            jobd.open(gate: "go")
            try waitUntil("it waits for its time") {
                try jobd.job(id)["waiting_for"] as? String == "time"
            }
            #expect(try jobd.job(id)["eligible_at"] as? String == "2999-01-01T00:00:00.000Z")
            #expect(try jobd.send("PATCH", "/jobs/\(id)", ["not_before": NSNull()]).status == 200)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        }
    }

    @Test func aRetryIsWaitedForAndTheLastAttemptCounts() throws {
        try DaemonFixture.with { jobd in
            let first = try jobd.submit([
                "command": "[ $JOBD_ATTEMPT = 3 ]", "retry": ["backoff_seconds": 0],
            ])
            let id = try jobd.submit(["command": ["true"], "after": [first]])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.job(first)["attempt"] as? Int == 3)
        }
    }

    @Test func runAgainByHandAJobWaitsForWhatHasNotSucceeded() throws {
        try DaemonFixture.with { jobd in
            let first = try jobd.submit(["command": "[ $JOBD_ATTEMPT = 2 ]"])
            let second = try jobd.submit(["command": ["true"], "after": [first]])
            #expect(try jobd.finished(second)["failure"] as? String == "dependency")
            // It would only fail again.
            try jobd.expectRefusal(
                "POST", "/jobs/\(second)/retry", status: 409, code: "conflict")
            #expect(try jobd.send("POST", "/jobs/\(first)/retry").status == 200)
            try waitUntil("it can be run again") {
                try jobd.send("POST", "/jobs/\(second)/retry").status == 200
            }
            #expect(try jobd.finished(second)["state"] as? String == "succeeded")
            #expect(try jobd.job(first)["state"] as? String == "succeeded")
        }
    }

    /// Who waits is told, however many they are and whatever becomes of the job
    /// and the daemon meanwhile.
    @Test func aThousandAreTold() throws {
        try DaemonFixture.with(["--slots", "0"]) { jobd in
            let first = try jobd.submit(["command": ["true"]])
            let jobs = [[String: Any]](
                repeating: ["command": ["true"], "after": [first]], count: 1000)
            let (status, batch) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
            #expect(status == 201)
            #expect((batch["jobs"] as? [Any])?.count == 1000)
            #expect(try jobd.json("GET", "/queues/default").object["waiting"] as? Int == 1000)
            try jobd.putQueue("default", ["slots": 1])
            try jobd.finished(first)
            try jobd.putQueue("default", ["slots": 0])
            #expect(try jobd.request("DELETE", "/jobs/\(first)").head.status == 204)
            try jobd.killAndRestart()
            try waitUntil("none waits") {
                try jobd.json("GET", "/queues/default").object["waiting"] as? Int == 0
            }
        }
    }

    @Test func theFailureOfALongChainsHeadGoesToItsEnd() throws {
        try DaemonFixture.with { jobd in
            var jobs: [[String: Any]] = [["command": "exit 1", "name": "0"]]
            for index in 1..<1500 {
                jobs.append(["command": ["true"], "name": "\(index)", "after": ["\(index - 1)"]])
            }
            let (_, batch) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
            let last = try #require(
                (batch["jobs"] as? [[String: Any]])?.last?["id"] as? Int)
            #expect(try jobd.finished(last)["failure"] as? String == "dependency")
        }
    }
}
