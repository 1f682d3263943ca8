import Foundation
import JobTestSupport
import Testing

/// `jobctl queue` and `jobctl prune`, against a real daemon.
@Suite(.serialized) struct JobctlQueueTests {
    @Test func queuesAreMadeShownAndRemoved() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let made = try jobd.jobctl(
                "queue", "set", "gpu", "--slots", "2", "--resource", "gpu=0,1",
                "--resource", "mem_gb=24")
            #expect(made.status == 0)
            #expect(made.output.hasPrefix("gpu: 2 slots"), "\(made.output)")
            // What is not given stays.
            let more = try jobd.jobctl("queue", "set", "--json", "gpu", "--slots", "4")
            var queue = try more.object()
            #expect(queue["slots"] as? Int == 4)
            #expect((queue["resources"] as? [String: Any])?["gpu"] as? [String] == ["0", "1"])
            #expect((queue["resources"] as? [String: Any])?["mem_gb"] as? Int == 24)

            let job = try jobd.submitGated(
                "never", ["queue": "gpu", "resources": ["gpu": 1, "mem_gb": 8]])
            try jobd.wrote("ready", job)
            let shown = try jobd.jobctl("queue", "show", "gpu")
            #expect(shown.lines.contains { $0.hasPrefix("in use") && $0.contains("gpu=0") })
            #expect(shown.lines.contains { $0.hasPrefix("in use") && $0.contains("mem_gb=8") })
            #expect(shown.lines.contains { $0.hasPrefix("running") && $0.hasSuffix(" 1") })

            let listed = try jobd.jobctl("queue", "list")
            #expect(listed.lines.count == 3, "\(listed.output)")
            #expect(listed.lines.first?.hasPrefix("QUEUE") == true)
            #expect(listed.lines.last?.contains("gpu 1/2, mem_gb 8/24") == true)
            let names =
                (try jobd.jobctl("queue", "--json").object()["queues"]
                as? [[String: Any]])?.compactMap { $0["name"] as? String }
            #expect(names == ["default", "gpu"])

            let refused = try jobd.jobctl("queue", "remove", "gpu", "default", "nowhere")
            #expect(refused.status == 1)
            #expect(refused.output == "")
            #expect(refused.errors.split(separator: "\n").count == 3, "\(refused.errors)")
            try jobd.expectTrouble(1, "queue", "set", "gpu", "--no-resources")

            #expect(try jobd.jobctl("cancel", "\(job)").status == 0)
            try jobd.finished(job)
            queue = try jobd.jobctl("queue", "set", "--json", "gpu", "--no-resources").object()
            #expect((queue["resources"] as? [String: Any])?.isEmpty == true)
            #expect(try jobd.jobctl("queue", "remove", "gpu").output == "gpu removed\n")
            try jobd.expectTrouble(1, "queue", "show", "gpu", saying: "gpu")
        }
    }

    @Test func aPausedQueueStartsNothing() throws {
        try DaemonFixture.with { jobd in
            #expect(try jobd.jobctl("queue", "set", "slow").status == 0)
            let paused = try jobd.jobctl("queue", "pause", "slow")
            #expect(paused.status == 0)
            #expect(paused.output.contains("paused"))
            #expect(try jobd.jobctl("submit", "--queue", "slow", "--", "true").output == "1\n")
            // What came later is through a queue that is open.
            #expect(try jobd.jobctl("submit", "--wait", "--", "true").status == 0)
            #expect(try jobd.state(1) == "queued")
            let resumed = try jobd.jobctl("queue", "resume", "--json", "slow")
            let queues = try resumed.object()["queues"] as? [[String: Any]]
            #expect(queues?.map { $0["paused"] as? Bool } == [false])
            #expect(try jobd.jobctl("wait", "1").status == 0)

            // A mistyped name makes no queue.
            try jobd.expectTrouble(1, "queue", "pause", "slwo", saying: "slwo")
            #expect(try jobd.json("GET", "/queues/slwo").status == 404)
        }
    }

    @Test func jobsArePruned() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            try jobd.putQueue("other", [:])
            let good = try (0..<3).map { _ in try jobd.submit(["command": "echo text"]) }
            let bad = try jobd.submit(["command": ["false"]])
            let other = try jobd.submit(["command": ["true"], "queue": "other"])
            for id in good + [bad, other] { try jobd.finished(id) }
            let running = try jobd.submitGated("never")
            try jobd.wrote("ready", running)
            func left() throws -> [Int] {
                let jobs = try jobd.json("GET", "/jobs").object["jobs"] as? [[String: Any]]
                return (jobs ?? []).compactMap { $0["id"] as? Int }.sorted()
            }
            #expect(try jobd.jobctl("prune", "--older-than", "1h").output.hasPrefix("0 jobs"))
            #expect(try jobd.jobctl("prune").output.hasPrefix("0 jobs removed"))
            #expect(try jobd.jobctl("prune", "--state", "failed").output.hasPrefix("1 job "))
            #expect(try left() == good + [other, running])
            #expect(try jobd.jobctl("prune", "--queue", "other").status == 0)
            #expect(try left() == good + [running])
            let pruned = try jobd.jobctl("prune", "--json", "--keep", "1").object()
            #expect(pruned["jobs"] as? Int == 2)
            #expect((pruned["bytes"] as? Int ?? 0) > 0)
            #expect(try left().count == 2)
            #expect(try jobd.jobctl("prune", "--older-than", "0s").output.hasPrefix("1 job "))
            #expect(try left() == [running])
            #expect(try jobd.jobctl("prune", "--state", "running").status == 64)
        }
    }
}
