import Foundation
import JobTestSupport
import Testing

/// Which jobs verbs are about, and how they are shown.
@Suite(.serialized) struct JobctlSelectionTests {
    private func ids(_ run: DaemonFixture.Run) throws -> [Int] {
        let jobs = try run.object()["jobs"] as? [[String: Any]] ?? []
        return jobs.compactMap { $0["id"] as? Int }
    }

    @Test func jobsAreWaitedForInGroups() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            for number in 1...6 {
                _ = try jobd.submit([
                    "command": number == 4 ? "exit 2" : "true",
                    "labels": ["parity": number % 2 == 0 ? "even" : "odd"],
                ])
            }
            let range = try jobd.jobctl("wait", "--json", "2-3,6", "5")
            #expect(range.status == 0)
            #expect(try ids(range) == [2, 3, 6, 5])
            let failing = try jobd.jobctl("wait", "3-7")
            #expect(failing.status == 1)
            #expect(failing.lines.count == 4)
            #expect(failing.output.contains("exit code 2"))
            // A range that has no job, and a job that is not there.
            try jobd.expectTrouble(1, "wait", "8-9")
            let missing = try jobd.jobctl("wait", "1", "9")
            #expect(missing.status == 1)
            #expect(missing.lines.count == 1)
            #expect(missing.errors.contains("9"))
            let states = try jobd.jobctl("wait", "--json", "--state", "failed")
            #expect(states.status == 1)
            #expect(try ids(states) == [4])
            let odd = try jobd.jobctl(
                "wait", "--json", "--label", "parity=odd", "--state", "succeeded")
            #expect(odd.status == 0)
            #expect(try ids(odd) == [1, 3, 5])
            for word in ["0", "5-3", "x", "1,,2", "-3"] {
                #expect(try jobd.jobctl("wait", word).status == 64, "\(word)")
            }
            #expect(try jobd.jobctl("wait").status == 64)
            #expect(try jobd.jobctl("wait", "--all", "3").status == 64)
            #expect(try jobd.jobctl("wait", "--state", "asleep").status == 64)
        }
    }

    @Test func aLabelMeansTheJobsThatAreNotFinished() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let before = try jobd.submit(["command": ["false"], "labels": ["app": "shop"]])
            try jobd.finished(before)
            let first = try jobd.submitGated("go", ["labels": ["app": "shop"]])
            let second = try jobd.submitGated("go", ["labels": ["app": "shop"]])
            try jobd.wrote("ready", first)
            try jobd.wrote("ready", second)
            let watching = try jobd.startJobctl(["watch", "--label", "app=shop"])
            // Asked for the one that is over, it says so when it knows them all.
            let waiting = try jobd.startJobctl(
                ["wait", "--label", "app=shop", "--state", "running,failed"])
            try waitUntil("they know which") {
                !waiting.output.isEmpty && watching.output.contains("\(second) ")
            }
            #expect(try jobd.jobctl("cancel", "\(first)").status == 0)
            try waitUntil("it tells of the first") { waiting.output.contains("cancelled") }
            #expect(waiting.process.isRunning)
            jobd.open(gate: "go")
            let waited = try waiting.result()
            #expect(waited.status == 1)
            #expect(waited.lines.count == 3)
            #expect(waited.lines.last?.hasPrefix("\(second) ") == true, "\(waited.output)")
            // The one that had failed before is nobody's business otherwise.
            let watched = try watching.result()
            #expect(watched.status == 1)
            #expect(!watched.lines.contains { $0.hasPrefix("\(before) ") }, "\(watched.output)")
            #expect(try jobd.jobctl("wait", "--label", "app=shop").status == 0)
        }
    }

    @Test func aWaitOutlivesTheDaemon() throws {
        try DaemonFixture.with { jobd in
            let over = try jobd.submit(["command": ["true"]])
            try jobd.finished(over)
            let id = try jobd.submitGated("go")
            try jobd.wrote("ready", id)
            let waiting = try jobd.startJobctl(["wait", "\(over)", "\(id)"])
            let watching = try jobd.startJobctl(["watch", "\(id)"])
            try waitUntil("they have begun") {
                !waiting.output.isEmpty && watching.output.contains("running")
            }
            jobd.kill()
            try waitUntil("it says that the daemon is away") {
                watching.errors.contains("lost the daemon")
            }
            try jobd.start()
            jobd.open(gate: "go")
            #expect(try waiting.result().status == 0)
            #expect(try watching.result().status == 0)
        }
    }

    @Test func listsAreFiltered() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            try jobd.putQueue("other", ["paused": true])
            let good = try jobd.submit([
                "command": ["true"], "name": "nightly copy", "labels": ["a": "1", "b": "2"],
            ])
            let bad = try jobd.submit([
                "command": "exit 7", "name": "bad", "labels": ["a": "1"],
            ])
            let queued = try jobd.submit(["command": ["needle"], "queue": "other"])
            let waiting = try jobd.submit(["command": ["true"], "after": [queued]])
            try jobd.finished(good)
            try jobd.finished(bad)
            func list(_ arguments: String...) throws -> [Int] {
                let run = try jobd.startJobctl(["list", "--json"] + arguments).result()
                #expect(run.status == 0, "\(run.errors)")
                return try ids(run)
            }
            #expect(try list() == [waiting, queued, bad, good])
            #expect(try list("--state", "failed,waiting") == [waiting, bad])
            #expect(try list("--state", "failed", "--state", "queued") == [queued, bad])
            #expect(try list("--queue", "other") == [queued])
            #expect(try list("--label", "a=1") == [bad, good])
            #expect(try list("--label", "a=1", "--label", "b=2") == [good])
            #expect(try list("--name", "bad") == [bad])
            #expect(try list("--text", "needle") == [queued])
            #expect(try list("--limit", "2") == [waiting, queued])

            let plain = try jobd.jobctl("list")
            #expect(plain.errors == "")
            #expect(!plain.output.contains("\u{1B}"))
            #expect(plain.lines.count == 5)
            #expect(plain.lines.first?.contains("ID") == true)
            #expect(plain.lines.last?.hasSuffix("nightly copy") == true, "\(plain.output)")
            #expect(plain.lines.contains { $0.contains("exit code 7") && $0.hasSuffix("bad") })
            #expect(plain.lines.contains { $0.contains("after \(queued)") })
            let limited = try jobd.jobctl("list", "--limit", "1", "--state", "failed")
            #expect(limited.lines.count == 2)
        }
    }

    @Test func moreThanAPageIsListed() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("later", ["paused": true])
            for _ in 0..<3 {
                let jobs = (0..<335).map { _ in ["command": ["true"], "queue": "later"] }
                #expect(try jobd.send("POST", "/jobs/batch", ["jobs": jobs]).status == 201)
            }
            let all = try jobd.jobctl("list", "--json", "--all")
            #expect(try ids(all) == (1...1005).reversed())
            #expect(try all.object()["next"] is NSNull)
            #expect(try jobd.jobctl("list").lines.count == 51)
            let cancelled = try jobd.jobctl("cancel", "--all")
            #expect(cancelled.status == 0)
            #expect(cancelled.lines.count == 1005)
        }
    }

    @Test func aRetriedJobIsShownWithItsAttempts() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "echo out $JOBD_ATTEMPT; echo err $JOBD_ATTEMPT >&2; "
                    + "test $JOBD_ATTEMPT = 2 || exit 5",
                "name": "again", "retry": ["max_attempts": 3, "backoff_seconds": 0],
            ])
            try jobd.finished(id)
            let shown = try jobd.jobctl("show", "\(id)")
            #expect(shown.status == 0)
            #expect(shown.lines.contains { $0.hasPrefix("attempt") && $0.contains("2 of 3") })
            #expect(shown.lines.contains { $0.contains("failed: exit code 5") })
            #expect(shown.lines.last?.hasSuffix("succeeded") == true, "\(shown.output)")

            let attempts = try jobd.jobctl("attempts", "\(id)")
            #expect(attempts.lines.count == 3)
            #expect(attempts.lines[1].contains("exit code 5"))
            let json = try jobd.jobctl("attempts", "--json", "\(id)").object()
            let list = json["attempts"] as? [[String: Any]] ?? []
            #expect(list.map { $0["outcome"] as? String } == ["failed", "succeeded"])

            #expect(
                try jobd.jobctl("logs", "--stdout", "--attempt", "1", "\(id)").output
                    == "out 1\n")
            #expect(
                try jobd.jobctl("logs", "--stderr", "--attempt", "2", "\(id)").output
                    == "err 2\n")
            // Otherwise it is about the newest, followed or not.
            for option in [[], ["-f"]] {
                let newest = try jobd.startJobctl(["logs"] + option + ["\(id)"]).result()
                #expect(Set(newest.lines) == ["out 2", "err 2"], "\(newest.output)")
            }
            try jobd.expectTrouble(1, "logs", "--attempt", "3", "\(id)")
            let documents = try jobd.jobctl("show", "--json", "\(id)", "\(id)", "99")
            #expect(documents.status == 1)
            #expect(try ids(documents) == [id])
        }
    }

    /// Each outage is told, once.
    @Test func aSecondOutageIsTold() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submitGated("go", before: "echo up")
            let waiting = try jobd.startJobctl(["wait", "\(id)"])
            for round in 1...2 {
                try waitUntil("it follows") {
                    let metrics = try jobd.request("GET", "/metrics").body
                    return String(decoding: metrics, as: UTF8.self)
                        .contains("jobd_streams_open 1\n")
                }
                jobd.kill()
                try waitUntil("it is told") {
                    waiting.errors.components(separatedBy: "lost the daemon").count == round + 1
                }
                try jobd.start()
            }
            jobd.open(gate: "go")
            #expect(try waiting.result().status == 0)
        }
    }
}
