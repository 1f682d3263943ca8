import Foundation
import JobTestSupport
import Testing

/// The verbs that control jobs, against a real daemon.
@Suite(.serialized) struct JobctlControlTests {
    @Test func jobsArePausedAndResumed() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let ids = try (0..<3).map { _ in try jobd.submitGated("go") }
            for id in ids { try jobd.wrote("ready", id) }
            let paused = try jobd.jobctl("pause", "1,2")
            #expect(paused.status == 0)
            #expect(paused.lines.count == 2)
            #expect(paused.lines.allSatisfy { $0.hasSuffix(": paused") }, "\(paused.output)")
            #expect(try ids.map(jobd.state) == ["paused", "paused", "running"])
            // Once more changes nothing.
            #expect(try jobd.jobctl("pause", "1").status == 0)
            let resumed = try jobd.jobctl("resume", "--all")
            #expect(resumed.status == 0)
            #expect(resumed.lines.count == 2)
            #expect(try ids.map(jobd.state) == ["running", "running", "running"])
            jobd.open(gate: "go")
            for id in ids { try jobd.finished(id) }
            try jobd.expectTrouble(1, "pause", "1", saying: "job 1")
            try jobd.expectTrouble(1, "resume", "1", saying: "job 1")
            let none = try jobd.jobctl("pause", "--all")
            #expect(none.status == 0)
            #expect(none.errors.contains("no such job"))
        }
    }

    @Test func oneRefusalStopsNoOther() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let ended = try jobd.submit(["command": ["true"]])
            try jobd.finished(ended)
            let running = try jobd.submitGated("never")
            try jobd.wrote("ready", running)
            let paused = try jobd.jobctl("pause", "\(ended)", "99", "\(running)")
            #expect(paused.status == 1)
            #expect(paused.lines.count == 1)
            #expect(paused.errors.split(separator: "\n").count == 2)
            #expect(paused.errors.contains("job 99"))
            #expect(try jobd.state(running) == "paused")
        }
    }

    @Test func finishedJobsRunAgain() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let failing = try jobd.submit(["command": "exit 3", "labels": ["app": "shop"]])
            let fixed = try jobd.submit([
                "command": "test -e \(jobd.gate("fixed"))", "labels": ["app": "shop"],
            ])
            let good = try jobd.submit(["command": ["true"], "labels": ["app": "shop"]])
            for id in [failing, fixed, good] { try jobd.finished(id) }
            jobd.open(gate: "fixed")

            let alone = try jobd.jobctl("retry", "--wait", "\(fixed)")
            #expect(alone.status == 0)
            #expect(alone.lines.last?.contains("succeeded") == true, "\(alone.output)")
            #expect(try jobd.job(fixed)["attempt"] as? Int == 2)

            // By a label it is about those that failed.
            let again = try jobd.jobctl("retry", "--wait", "--label", "app=shop")
            #expect(again.status == 1)
            #expect(again.lines.last?.contains("exit code 3") == true, "\(again.output)")
            #expect(try jobd.job(failing)["attempt"] as? Int == 2)
            #expect(try jobd.job(good)["attempt"] as? Int == 1)

            let asked = try jobd.jobctl("retry", "--wait", "--json", "--state", "succeeded")
            #expect(asked.status == 0)
            let jobs = try asked.object()["jobs"] as? [[String: Any]] ?? []
            #expect(jobs.compactMap { $0["id"] as? Int } == [fixed, good])
            #expect(jobs.allSatisfy { $0["state"] as? String == "succeeded" })
        }
    }

    @Test func aJobThatWaitsForItsRetryIsTriedNow() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "test $JOBD_ATTEMPT = 2",
                "retry": ["max_attempts": 2, "backoff_seconds": 3000, "max_backoff_seconds": 3000],
            ])
            try jobd.reached("waiting", id)
            let shown = try jobd.jobctl("show", "\(id)")
            #expect(shown.output.contains("waiting to be tried again at"), "\(shown.output)")
            #expect(try jobd.jobctl("retry", "--wait", "\(id)").status == 0)
            try jobd.expectTrouble(1, "retry", "77", saying: "77")
        }
    }

    @Test func signalsReachTheCommandOrItsTree() throws {
        try DaemonFixture.with { jobd in
            let child =
                "trap 'echo child; exit' USR1; echo up; while :; do sleep 0.02; done"
            let id = try jobd.submit([
                "command": """
                trap 'echo parent' USR1 HUP
                sh -c "\(child)" &
                child=$!
                while kill -0 $child 2>/dev/null; do wait $child; done; echo done
                """
            ])
            try jobd.wrote("up", id)
            let sent = try jobd.jobctl("signal", "hup", "\(id)")
            #expect(sent.status == 0)
            #expect(sent.lines.count == 1 && sent.output.hasPrefix("\(id) "), "\(sent.output)")
            try jobd.wrote("parent", id)
            #expect(try !jobd.output(id).contains("child"))
            // The other way round, as people write it too.
            #expect(try jobd.jobctl("signal", "\(id)", "HUP").status == 0)
            #expect(try jobd.jobctl("signal", "\(id)", "--signal", "SIGHUP").status == 0)
            #expect(try jobd.jobctl("signal", "--tree", "USR1", "--all").status == 0)
            try jobd.finished(id)
            let output = try jobd.output(id)
            #expect(output.contains("child\n"), "\(output)")
            #expect(output.contains("done\n"), "\(output)")

            try jobd.expectTrouble(1, "signal", "USR1", "\(id)", saying: "job \(id)")
            #expect(try jobd.jobctl("signal", "NONSENSE", "\(id)").status == 64)
        }
    }

    @Test func jobsAreCancelledByQueueAndDeletedByState() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            try jobd.putQueue("batch", ["slots": 1])
            let running = try jobd.submitGated("never", ["queue": "batch"])
            let queued = try jobd.submit(["command": ["true"], "queue": "batch"])
            let other = try jobd.submitGated("other")
            try jobd.wrote("ready", running)
            try jobd.wrote("ready", other)
            let cancelled = try jobd.jobctl("cancel", "--queue", "batch")
            #expect(cancelled.status == 0)
            #expect(cancelled.lines.count == 2)
            for id in [running, queued] {
                #expect(try jobd.finished(id)["state"] as? String == "cancelled")
            }
            // It did not take the place that the other left.
            #expect(try jobd.job(queued)["attempt"] as? Int == 0)
            #expect(try jobd.state(other) == "running")
            #expect(try jobd.jobctl("cancel", "\(queued)").status == 0)

            let failed = try jobd.submit(["command": ["false"], "queue": "batch"])
            try jobd.finished(failed)
            try jobd.expectTrouble(1, "delete", "\(other)", saying: "job \(other)")
            #expect(
                try jobd.jobctl("delete", "--state", "failed").lines == ["\(failed) deleted"])
            let deleted = try jobd.jobctl("delete", "--json", "--all")
            #expect(try deleted.object()["deleted"] as? [Int] == [running, queued])
            let left = try jobd.json("GET", "/jobs").object["jobs"] as? [[String: Any]]
            #expect(left?.compactMap { $0["id"] as? Int } == [other])
        }
    }

    @Test func aCancelledJobGetsTheSignalAndTheGrace() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command":
                    "trap 'echo asked; exit 0' INT; echo ready; while :; do sleep 0.02; done"
            ])
            try jobd.wrote("ready", id)
            let cancelled = try jobd.jobctl("cancel", "--signal", "INT", "--grace", "1h", "\(id)")
            #expect(cancelled.status == 0)
            #expect(try jobd.finished(id)["state"] as? String == "cancelled")
            #expect(try jobd.output(id).contains("asked"))
        }
    }
}
