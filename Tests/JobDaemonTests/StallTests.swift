import Foundation
import Glibc
import JobTestSupport
import Testing

/// Jobs that go quiet, and time that does not count.
@Suite(.serialized) struct StallTests {
    @Test func aQuietJobStallsAndOneThatTellsSomethingDoesNot() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            func loop(_ body: String) -> [String: Any] {
                [
                    "command":
                        "echo ready; while [ ! -e \(jobd.gate("go")) ]; do \(body); sleep 0.05; done",
                    "stall_timeout_seconds": 2,
                ]
            }
            let writes = try jobd.submit(loop("echo still here"))
            let errs = try jobd.submit(loop("echo still here >&2"))
            let tells = try jobd.submit(loop("echo 40% > $JOBD_PROGRESS"))
            for id in [writes, errs, tells] { try jobd.wrote("ready", id) }
            // This one's time begins last, and it is the only one to stall.
            let quiet = try jobd.submit(loop(":"))
            let job = try jobd.finished(quiet)
            #expect(job["state"] as? String == "failed")
            #expect(job["failure"] as? String == "stalled")
            #expect(job["error"] is String)
            #expect(job["stall_timeout_seconds"] as? Double == 2)
            let end = try #require(try jobd.stream("/jobs/\(quiet)/progress").last)
            #expect(end.json["failure"] as? String == "stalled")
            for id in [writes, errs, tells] { #expect(try jobd.state(id) == "running") }
            jobd.open(gate: "go")
            for id in [writes, errs, tells] {
                #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            }
        }
    }

    @Test func aStalledJobIsTornDownWithItsTreeAfterItsGrace() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": """
                trap 'echo asked' TERM
                setsid sleep 1000 &
                echo ready
                while :; do sleep 0.05; done
                """,
                "stall_timeout_seconds": 0.3, "kill_grace_seconds": 0.2,
            ])
            #expect(try jobd.finished(id)["failure"] as? String == "stalled")
            #expect(try jobd.output(id).contains("asked"))
            #expect(jobd.remnants() == [])
        }
    }

    @Test func theSupervisorCountsAlsoWithoutADaemon() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "echo ready; sleep 1000", "stall_timeout_seconds": 1,
            ])
            try jobd.wrote("ready", id)
            jobd.kill()
            try waitUntil("it is torn down") { jobd.remnants().isEmpty }
            try jobd.start()
            #expect(try jobd.finished(id)["failure"] as? String == "stalled")
        }
    }

    /// One that runs as long shows that the time is over.
    @Test func timeThatAJobStandsStillDoesNotCount() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let timed = try jobd.submitGated("go", ["timeout_seconds": 2])
            let stalling = try jobd.submitGated("go", ["stall_timeout_seconds": 2])
            for id in [timed, stalling] {
                try jobd.wrote("ready", id)
                #expect(try jobd.send("POST", "/jobs/\(id)/pause").status == 200)
            }
            let reference = try jobd.submitGated("never", ["timeout_seconds": 2.5])
            #expect(try jobd.finished(reference)["failure"] as? String == "timeout")
            for id in [timed, stalling] { #expect(try jobd.state(id) == "paused") }
            jobd.open(gate: "go")
            for id in [timed, stalling] {
                #expect(try jobd.send("POST", "/jobs/\(id)/resume").status == 200)
                #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            }
        }
    }

    @Test func timeGoesOnCountingAfterwards() throws {
        try DaemonFixture.with { jobd in
            let timed = try jobd.submitGated("never", ["timeout_seconds": 1])
            try jobd.wrote("ready", timed)
            for call in ["pause", "resume"] {
                #expect(try jobd.send("POST", "/jobs/\(timed)/\(call)").status == 200)
            }
            #expect(try jobd.finished(timed)["failure"] as? String == "timeout")
        }
    }

    /// What somebody else has stopped is said, and can be helped.
    @Test func aProcessThatIsStoppedFromOutsideIsHintedAt() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "sleep 86399 & echo up; wait"])
            try jobd.wrote("up", id)
            #expect(try jobd.job(id)["hints"] as? [String] == [])
            let sleeper = try #require(
                jobd.remnants().first { pid in
                    FileManager.default.contents(atPath: "/proc/\(pid)/comm")
                        == Data("sleep\n".utf8)
                })
            kill(sleeper, SIGSTOP)
            try waitUntil("it is said") {
                let hints = try jobd.job(id)["hints"] as? [String] ?? []
                return hints.contains { $0.contains("Process \(sleeper) (sleep)") }
            }
            #expect(try jobd.state(id) == "running")
            let shown = try jobd.jobctl("show", "\(id)")
            #expect(shown.output.contains("hint") && shown.output.contains("resume"))
            #expect(try jobd.send("POST", "/jobs/\(id)/resume", [:]).status == 200)
            try waitUntil("it goes on") { try jobd.job(id)["hints"] as? [String] == [] }
        }
    }
}
