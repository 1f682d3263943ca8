import Foundation
import Glibc
import JobTestSupport
import Testing

/// jobctl with more jobs than one page, or one process's descriptors, have room for.
@Suite(.serialized) struct JobctlManyTests {
    private static let count = 1100

    private static func submitMany(_ jobd: DaemonFixture) throws {
        let jobs = [[String: Any]](repeating: ["command": ["true"], "queue": "q"], count: count)
        let (status, _) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
        guard status == 201 else { throw UnexpectedAnswer(description: "batch: \(status)") }
    }

    /// The daemon's links begin with the path that the address ends in.
    @Test func aSelectionGoesOverPagesUnderABasePath() throws {
        try DaemonFixture.with(["--base-path", "/jobd"]) { jobd in
            _ = try jobd.send("PUT", "/queues/q", ["slots": 1, "paused": true])
            try Self.submitMany(jobd)
            let run = try jobd.jobctl(
                "cancel", "--queue", "q", environment: ["JOBD_URL": "\(jobd.address)/jobd"])
            #expect(run.status == 0, "\(run.errors.prefix(300))")
            let left = try jobd.json("GET", "/jobs?state=queued").object["jobs"] as? [Any]
            #expect(left?.isEmpty == true)
        }
    }

    /// With the few descriptors that a shell gives.
    @Test func allOfThemAreWaitedFor() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            _ = try jobd.send("PUT", "/queues/q", ["slots": 1, "paused": true])
            try Self.submitMany(jobd)
            let waiting = try jobd.startScript(
                "ulimit -n 256; exec jobctl wait 1-\(Self.count)")
            #expect(try jobd.jobctl("cancel", "--queue", "q").status == 0)
            let run = try waiting.result()
            // They were cancelled, so waiting for them comes to 1, and to nothing worse.
            #expect(run.status == 1, "\(run.errors.prefix(300))")
            #expect(run.output.split(separator: "\n").count == Self.count)
        }
    }

    /// What was asked for is done when the daemon is back.
    @Test func anInterruptCancelsAlsoWhileTheDaemonIsAway() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.startScript(
                "exec jobctl run --cancel-on-interrupt -- sh -c 'echo begun; exec sleep 600'")
            try waitUntil("it runs") {
                let jobs = try jobd.json("GET", "/jobs?state=running").object["jobs"] as? [Any]
                return jobs?.count == 1
            }
            try waitUntil("its output is there") {
                run.errors.contains("1") || run.output.contains("begun")
            }
            jobd.kill()
            run.process.signal(SIGINT)
            try waitUntil("it says so") { run.errors.contains("cancelling job 1") }
            try jobd.start()
            #expect(try jobd.finished(1)["state"] as? String == "cancelled")
            _ = try run.result()
        }
    }
}
