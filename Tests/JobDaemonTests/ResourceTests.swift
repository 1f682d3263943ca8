import Foundation
import JobTestSupport
import Testing

/// What jobs share beside slots.
@Suite(.serialized) struct ResourceTests {
    private func granted(_ jobd: DaemonFixture, _ id: Int) throws -> [String: Any] {
        try jobd.job(id)["granted"] as? [String: Any] ?? [:]
    }

    private func inUse(_ jobd: DaemonFixture) throws -> [String: Any] {
        try jobd.json("GET", "/queues/gpu").object["in_use"] as? [String: Any] ?? [:]
    }

    @Test func jobsGetNamesAndNumbersAndFindThemInTheirEnvironment() throws {
        try DaemonFixture.with { jobd in
            let queue = try jobd.putQueue(
                "gpu", ["slots": 10, "resources": ["gpu": ["0", "GPU-b"], "mem_gb": 24]])
            let resources = try #require(queue["resources"] as? [String: Any])
            #expect(resources["gpu"] as? [String] == ["0", "GPU-b"])
            #expect(resources["mem_gb"] as? Int == 24)
            let print = "echo gpu=$JOBD_RESOURCE_GPU mem=$JOBD_RESOURCE_MEM_GB"
            let first = try jobd.submitGated(
                "first", before: print, ["queue": "gpu", "resources": ["gpu": 1, "mem_gb": 8]])
            try jobd.wrote("gpu=0 mem=8\n", first)
            let second = try jobd.submitGated(
                "second", before: print, ["queue": "gpu", "resources": ["gpu": 1]])
            try jobd.wrote("gpu=GPU-b mem=\n", second)
            let third = try jobd.submitGated(
                "third", before: print, ["queue": "gpu", "resources": ["gpu": 1, "mem_gb": 1]])
            let free = try jobd.submitGated("free", before: print, ["queue": "gpu"])
            try jobd.wrote("gpu= mem=\n", free)

            let needs = try jobd.job(first)["resources"] as? [String: Any]
            #expect(needs?["gpu"] as? Int == 1 && needs?["mem_gb"] as? Int == 8)
            #expect(try granted(jobd, first)["gpu"] as? [String] == ["0"])
            #expect(try granted(jobd, first)["mem_gb"] as? Int == 8)
            #expect(try granted(jobd, second)["gpu"] as? [String] == ["GPU-b"])
            #expect(try jobd.job(free)["granted"] is NSNull)
            #expect(try jobd.job(third)["granted"] is NSNull)
            #expect(try jobd.state(third) == "queued")
            #expect(try inUse(jobd)["gpu"] as? [String] == ["0", "GPU-b"])
            #expect(try inUse(jobd)["mem_gb"] as? Int == 8)
            let attempt = try #require(try jobd.attempts(first).first)
            #expect((attempt["granted"] as? [String: Any])?["mem_gb"] as? Int == 8)

            // What a job has is given back at its end, over the daemon's death too.
            try jobd.killAndRestart()
            #expect(try inUse(jobd)["gpu"] as? [String] == ["0", "GPU-b"])
            #expect(try jobd.state(third) == "queued")
            jobd.open(gate: "second")
            try jobd.wrote("gpu=GPU-b mem=1\n", third)
            #expect(try granted(jobd, second)["gpu"] as? [String] == ["GPU-b"])
            for gate in ["first", "third", "free"] { jobd.open(gate: gate) }
            for id in [first, third, free] { try jobd.finished(id) }
            #expect(try inUse(jobd).isEmpty)
        }
    }

    /// Each job takes a lock in the name of what it was given.
    @Test func nothingIsGivenToTwoAtOnce() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("gpu", ["slots": 16, "resources": ["gpu": ["a", "b", "c"]]])
            let jobs = (0..<60).map { index -> [String: Any] in
                [
                    "command": """
                    IFS=,
                    for gpu in $JOBD_RESOURCE_GPU; do
                        mkdir \(jobd.directory)/lock-$gpu || exit 9
                    done
                    sleep 0.01
                    for gpu in $JOBD_RESOURCE_GPU; do rmdir \(jobd.directory)/lock-$gpu; done
                    """,
                    "queue": "gpu", "resources": ["gpu": index % 3 + 1],
                ]
            }
            let (_, batch) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
            let ids = (batch["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
            #expect(ids.count == 60)
            try waitUntil("some have run") { try jobd.job(ids[20])["finished_at"] is String }
            try jobd.killAndRestart()
            for id in ids {
                #expect(try jobd.finished(id)["state"] as? String == "succeeded")
                #expect(
                    (try granted(jobd, id)["gpu"] as? [String])?.count == (id - ids[0]) % 3 + 1)
            }
            #expect(try inUse(jobd).isEmpty)
        }
    }

    @Test func whatCouldNeverRunIsRefused() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("gpu", ["resources": ["gpu": ["0", "1"], "mem_gb": 24]])
            let wrong: [([String: Any], [String])] = [
                (["gpu": 3], ["resources.gpu"]), (["mem_gb": 25], ["resources.mem_gb"]),
                (["disk": 1], ["resources.disk"]),
                (["gpu": 3, "mem_gb": 25], ["resources.gpu", "resources.mem_gb"]),
                (["gpu": 0], ["resources.gpu"]), (["gpu": "1"], ["resources.gpu"]),
            ]
            for (needs, fields) in wrong {
                try jobd.expectRefusal(
                    "POST", "/jobs", ["command": ["true"], "queue": "gpu", "resources": needs],
                    status: 422, code: "invalid_spec", fields: fields)
            }
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": ["true"], "resources": ["gpu": 1]], status: 422,
                code: "invalid_spec", fields: ["resources.gpu"])
            // Nor can it be moved there.
            let id = try jobd.submit([
                "command": ["true"], "queue": "gpu", "resources": ["gpu": 2],
                "not_before": "2999-01-01T00:00:00Z",
            ])
            try jobd.expectRefusal(
                "PATCH", "/jobs/\(id)", ["queue": "default"], status: 422, code: "invalid_spec",
                fields: ["resources.gpu"])
            #expect(try jobd.job(id)["queue"] as? String == "gpu")

            // Nor can the queue lose what unfinished jobs need.
            for resources: [String: Any] in [["gpu": ["0"]], [:], ["gpu": 1, "mem_gb": 24]] {
                try jobd.expectRefusal(
                    "PUT", "/queues/gpu", ["resources": resources, "slots": 9], status: 409,
                    code: "conflict")
            }
            let queue = try jobd.json("GET", "/queues/gpu").object
            #expect(queue["slots"] as? Int == 1)
            #expect((queue["resources"] as? [String: Any])?.count == 2)
            // Other names, as many, will do; and so does anything once it has gone.
            try jobd.putQueue("gpu", ["resources": ["gpu": ["x", "y"]]])
            _ = try jobd.send("POST", "/jobs/\(id)/cancel")
            try jobd.putQueue("gpu", ["resources": [:]])
            try jobd.expectRefusal(
                "POST", "/jobs/\(id)/retry", status: 409, code: "conflict",
                fields: ["resources.gpu"])
        }
    }

    /// A job that needs much is not passed for ever by those that need less; one
    /// that needs nothing of it passes.
    @Test func whatTheFirstInLineNeedsIsHeldForIt() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue(
                "gpu", ["slots": 10, "resources": ["gpu": ["0", "1"], "mem_gb": 8]])
            func submit(_ gate: String, _ needs: [String: Any], _ priority: Int = 0) throws -> Int {
                try jobd.submitGated(
                    gate, ["queue": "gpu", "resources": needs, "priority": priority])
            }
            let small = try submit("small", ["gpu": 1])
            try jobd.wrote("ready", small)
            let large = try submit("large", ["gpu": 2])
            let behind = try submit("behind", ["gpu": 1])
            let other = try submit("other", ["mem_gb": 8])
            let none = try submit("none", [:])
            try jobd.wrote("ready", other)
            try jobd.wrote("ready", none)
            #expect(try jobd.state(large) == "queued")
            #expect(try jobd.state(behind) == "queued")
            // Whoever has a higher priority stands before it.
            let urgent = try submit("urgent", ["gpu": 1], 1)
            try jobd.wrote("ready", urgent)
            #expect(try jobd.state(large) == "queued")
            jobd.open(gate: "small")
            jobd.open(gate: "urgent")
            try jobd.wrote("ready", large)
            #expect(try jobd.state(behind) == "queued")
            jobd.open(gate: "large")
            try jobd.wrote("ready", behind)
            for gate in ["behind", "other", "none"] { jobd.open(gate: gate) }
            for id in [behind, other, none] { try jobd.finished(id) }
        }
    }

    @Test func whatAFailedCancelledOrLostAttemptHadIsFreeAgain() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("gpu", ["slots": 10, "resources": ["gpu": ["0"]]])
            let needs: [String: Any] = ["queue": "gpu", "resources": ["gpu": 1]]
            let cancelled = try jobd.submitGated("never", needs)
            let lost = try jobd.submitGated("never", needs)
            let failed = try jobd.submit(
                needs.merging([
                    "command": "[ $JOBD_ATTEMPT = 2 ]", "retry": ["backoff_seconds": 0.05],
                ]) { $1 })
            let unstartable = try jobd.submit(
                needs.merging(["command": ["no-such-program-42"]]) { $1 })
            let last = try jobd.submit(needs.merging(["command": ["true"]]) { $1 })
            try jobd.wrote("ready", cancelled)
            // One that stands still keeps what it has.
            #expect(try jobd.send("POST", "/jobs/\(cancelled)/pause").status == 200)
            #expect(try inUse(jobd)["gpu"] as? [String] == ["0"])
            #expect(try jobd.state(lost) == "queued")
            _ = try jobd.send("POST", "/jobs/\(cancelled)/cancel")
            try jobd.wrote("ready", lost)
            jobd.killSupervisor(lost)
            for id in [cancelled, lost, failed, unstartable, last] { try jobd.finished(id) }
            #expect(try jobd.state(last) == "succeeded" && jobd.state(failed) == "succeeded")
            #expect(try inUse(jobd).isEmpty)
        }
    }
}
