import Foundation
import JobTestSupport
import Testing

/// Queues: making, changing and removing them, their slots, and the order in
/// which their jobs start.
@Suite(.serialized) struct QueueTests {
    @Test func queuesAreMadeChangedListedAndRemoved() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let (status, made) = try jobd.send("PUT", "/queues/video.4k_A-1", [:])
            #expect(status == 201)
            #expect(made["slots"] as? Int == 1)
            #expect(made["paused"] as? Bool == false)
            #expect((made["resources"] as? [String: Any])?.isEmpty == true)
            #expect((made["in_use"] as? [String: Any])?.isEmpty == true)
            for count in ["running", "queued", "waiting"] { #expect(made[count] as? Int == 0) }
            let link = (made["links"] as? [String: Any])?["self"] as? String
            #expect(link == "/queues/video.4k_A-1")
            #expect(try jobd.json("GET", try #require(link)).object["slots"] as? Int == 1)

            // What is left out stays.
            let (again, changed) = try jobd.send("PUT", "/queues/video.4k_A-1", ["slots": 7])
            #expect(again == 200)
            #expect(changed["slots"] as? Int == 7)
            let paused = try jobd.putQueue("video.4k_A-1", ["paused": true])
            #expect(paused["slots"] as? Int == 7 && paused["paused"] as? Bool == true)

            try jobd.putQueue("a", ["slots": 0])
            func names() throws -> [String] {
                (try jobd.json("GET", "/queues").object["queues"] as? [[String: Any]] ?? [])
                    .compactMap { $0["name"] as? String }
            }
            #expect(try names() == ["a", "default", "video.4k_A-1"])
            try jobd.killAndRestart()
            #expect(try names() == ["a", "default", "video.4k_A-1"])
            let kept = try jobd.json("GET", "/queues/video.4k_A-1").object
            #expect(kept["slots"] as? Int == 7 && kept["paused"] as? Bool == true)

            #expect(try jobd.request("DELETE", "/queues/a").head.status == 204)
            #expect(try names() == ["default", "video.4k_A-1"])
            try jobd.expectRefusal(
                "DELETE", "/queues/a", status: 404, code: "queue_not_found")
            try jobd.expectRefusal("GET", "/queues/a", status: 404, code: "queue_not_found")
            try jobd.expectRefusal(
                "DELETE", "/queues/default", status: 409, code: "conflict")
        }
    }

    @Test func whatIsWrongWithAQueueIsSaid() throws {
        try DaemonFixture.with { jobd in
            for name in [".hidden", "-x", "a%20b", "%C3%A4", String(repeating: "q", count: 65)] {
                try jobd.expectRefusal(
                    "PUT", "/queues/\(name)", [:], status: 400, code: "invalid_parameter")
            }
            try jobd.expectRefusal(
                "PUT", "/queues/q", ["slots": -1, "pause": true], status: 422,
                code: "invalid_spec", fields: ["slots", "pause"])
            try jobd.expectRefusal(
                "PUT", "/queues/q", ["resources": ["a-b": 1, "gpu": "0"]], status: 422,
                code: "invalid_spec", fields: ["resources.a-b", "resources.gpu"])
            let bare = try jobd.request(
                "PUT", "/queues/q", ["Content-Type": "text/plain"], body: "{}")
            #expect(bare.head.status == 415)
            let post = try jobd.request("POST", "/queues/q", body: "{}")
            #expect(post.head.status == 405)
            #expect(post.head.headers["allow"] == "DELETE, GET, HEAD, PUT")
            // Nothing of it has made a queue.
            #expect((try jobd.json("GET", "/queues").object["queues"] as? [Any])?.count == 1)
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": ["true"], "queue": "q"], status: 422,
                code: "invalid_spec", fields: ["queue"])
        }
    }

    @Test func aQueueWithUnfinishedJobsStays() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("q", ["slots": 1])
            let running = try jobd.submitGated("go", ["queue": "q"])
            let queued = try jobd.submit(["command": ["true"], "queue": "q"])
            let waiting = try jobd.submit([
                "command": ["true"], "queue": "q", "after": [queued],
            ])
            try jobd.wrote("ready", running)
            let queue = try jobd.json("GET", "/queues/q").object
            #expect(queue["running"] as? Int == 1)
            #expect(queue["queued"] as? Int == 1)
            #expect(queue["waiting"] as? Int == 1)
            try jobd.expectRefusal("DELETE", "/queues/q", status: 409, code: "conflict")
            jobd.open(gate: "go")
            try jobd.finished(waiting)
            #expect(try jobd.request("DELETE", "/queues/q").head.status == 204)
            // Its finished jobs stay; they cannot run again without it.
            #expect(try jobd.job(running)["queue"] as? String == "q")
            try jobd.expectRefusal(
                "POST", "/jobs/\(running)/retry", status: 409, code: "conflict",
                fields: ["queue"])
            try jobd.putQueue("q", [:])
            #expect(try jobd.send("POST", "/jobs/\(running)/retry").status == 200)
            #expect(try jobd.finished(running)["attempt"] as? Int == 2)
        }
    }

    /// More slots than cores: jobs that wait cost no processor.
    @Test func allSlotsAreReallyUsed() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("wide", ["slots": 20])
            let ids = try (0..<25).map { _ in try jobd.submitGated("go", ["queue": "wide"]) }
            for id in ids[..<20] { try jobd.wrote("ready", id) }
            #expect(jobd.supervisors() == 20)
            let queue = try jobd.json("GET", "/queues/wide").object
            #expect(queue["running"] as? Int == 20)
            #expect(queue["queued"] as? Int == 5)
            #expect(try ids[20...].allSatisfy { try jobd.state($0) == "queued" })
            // The same after a restart: none more, none fewer.
            try jobd.killAndRestart()
            #expect(try jobd.json("GET", "/queues/wide").object["running"] as? Int == 20)
            jobd.open(gate: "go")
            for id in ids { #expect(try jobd.finished(id)["state"] as? String == "succeeded") }
        }
    }

    @Test func moreSlotsStartMoreAndFewerTakeNothingAway() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let ids = try (0..<4).map { try jobd.submitGated("go\($0)") }
            try jobd.wrote("ready", ids[0])
            try jobd.putQueue("default", ["slots": 3])
            for id in ids[..<3] { try jobd.wrote("ready", id) }
            #expect(try jobd.state(ids[3]) == "queued")
            let shrunk = try jobd.putQueue("default", ["slots": 1])
            #expect(shrunk["running"] as? Int == 3)
            jobd.open(gate: "go0")
            jobd.open(gate: "go1")
            try jobd.finished(ids[0])
            try jobd.finished(ids[1])
            // One runs, and that is as many as there may be.
            #expect(try jobd.state(ids[3]) == "queued")
            jobd.open(gate: "go2")
            try jobd.wrote("ready", ids[3])
            jobd.open(gate: "go3")
            try jobd.finished(ids[3])
        }
    }

    @Test func aPausedQueueStartsNothingAndGoesOn() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("q", ["slots": 2])
            let running = try jobd.submitGated("go", ["queue": "q"])
            try jobd.wrote("ready", running)
            try jobd.putQueue("q", ["paused": true])
            let queued = try jobd.submit(["command": ["true"], "queue": "q"])
            // What runs goes on, and other queues too: theirs has its turn later.
            let other = try jobd.submit(["command": ["true"]])
            try jobd.finished(other)
            #expect(try jobd.state(queued) == "queued")
            jobd.open(gate: "go")
            try jobd.finished(running)
            try jobd.killAndRestart()
            let second = try jobd.submit(["command": ["true"]])
            try jobd.finished(second)
            #expect(try jobd.state(queued) == "queued")
            try jobd.putQueue("q", ["paused": true])
            try jobd.putQueue("q", ["paused": false])
            #expect(try jobd.finished(queued)["state"] as? String == "succeeded")
        }
    }

    @Test func theDefaultQueuesSlotsAreTheSettingUntilSomebodySaysOtherwise() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            func slots() throws -> Int? {
                try jobd.json("GET", "/queues/default").object["slots"] as? Int
            }
            #expect(try slots() == 3)
            // Something else about the queue says nothing about its slots.
            try jobd.putQueue("default", ["paused": true])
            jobd.arguments = ["--slots", "4"]
            try jobd.killAndRestart()
            #expect(try slots() == 4)
            #expect(try jobd.json("GET", "/queues/default").object["paused"] as? Bool == true)
            try jobd.putQueue("default", ["slots": 9])
            try jobd.putQueue("default", ["paused": false])
            jobd.arguments = ["--slots", "5"]
            try jobd.killAndRestart()
            #expect(try slots() == 9)
        }
    }

    @Test func withoutASettingThereIsASlotForEachCore() throws {
        try DaemonFixture.with { jobd in
            let queue = try jobd.json("GET", "/queues/default").object
            #expect(queue["slots"] as? Int == ProcessInfo.processInfo.activeProcessorCount)
        }
    }

    // MARK: Order

    /// The order in which jobs of a queue with one slot ran, by their names.
    private func order(
        _ jobd: DaemonFixture, _ specs: [[String: Any]],
        meanwhile: ([Int]) throws -> Void = { _ in }
    ) throws -> [String] {
        try jobd.putQueue("line", ["slots": 1, "paused": true])
        let ids = try specs.map { spec in
            var spec = spec
            let name = spec["name"] as? String ?? ""
            spec["command"] = "echo \(name) >> \(jobd.directory)/order"
            spec["queue"] = "line"
            return try jobd.submit(spec)
        }
        try meanwhile(ids)
        try jobd.putQueue("line", ["paused": false])
        for id in ids { try jobd.finished(id) }
        return try String(contentsOfFile: "\(jobd.directory)/order", encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    @Test func jobsOfOnePriorityStartInTheOrderOfTheirSubmission() throws {
        try DaemonFixture.with { jobd in
            let names = (0..<30).map { "j\($0)" }
            let ran = try order(jobd, names.map { ["name": $0] })
            #expect(ran == names)
        }
    }

    @Test func higherPrioritiesStartFirst() throws {
        try DaemonFixture.with { jobd in
            let priorities = [0, 5, -5, 0, 1_000_000, 5, -1_000_000, -5]
            let specs = priorities.enumerated().map { index, priority -> [String: Any] in
                ["name": "j\(index)", "priority": priority]
            }
            let ran = try order(jobd, specs)
            #expect(ran == ["j4", "j1", "j5", "j0", "j3", "j2", "j7", "j6"])
        }
    }

    @Test func aChangedPriorityCountsAndARestartChangesNothing() throws {
        try DaemonFixture.with { jobd in
            let specs = (0..<4).map { ["name": "j\($0)"] }
            let ran = try order(jobd, specs) { ids in
                #expect(
                    try jobd.send("PATCH", "/jobs/\(ids[3])", ["priority": 2]).object["priority"]
                        as? Int == 2)
                #expect(try jobd.send("PATCH", "/jobs/\(ids[0])", ["priority": -2]).status == 200)
                try jobd.killAndRestart()
            }
            #expect(ran == ["j3", "j1", "j2", "j0"])
        }
    }
}
