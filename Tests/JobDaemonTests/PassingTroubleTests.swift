import Foundation
import Glibc
import JobTestSupport
import Testing

/// What goes away again ends no job.
@Suite(.serialized) struct PassingTroubleTests {
    /// A daemon that can be made to fail: it runs below a shell that sets a limit.
    private static func with(
        prelude: String, _ arguments: [String] = [], _ body: (DaemonFixture) throws -> Void
    ) throws {
        let jobd = try DaemonFixture(arguments)
        defer { jobd.tearDown() }
        jobd.prelude = prelude
        try jobd.start()
        try body(jobd)
    }

    /// setrlimit(2): execve(2) refuses with EAGAIN after becoming a user with as many
    /// processes. Jobs wait for each other, and none fails.
    @Test(.enabled(if: geteuid() == 0)) func aLimitOnProcessesIsWaitedFor() throws {
        let arguments = ["--run-as", "nobody", "--slots", "8"]
        try Self.with(prelude: "exec prlimit --nproc=4:4 ", arguments) { jobd in
            let jobs = try (0..<8).map { _ in
                try jobd.submit(["command": ["sleep", "0.5"], "cwd": "/"])
            }
            for id in jobs {
                let job = try jobd.finished(id)
                #expect(job["state"] as? String == "succeeded", "\(job)")
                #expect(job["attempt"] as? Int == 1)
            }
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("Cannot start a command yet"))
            #expect(log.contains("RLIMIT_NPROC"))
            #expect(log.components(separatedBy: "Cannot start a command yet").count <= 3)
        }
    }

    /// A disk that fails now and then: what was derived before a failure is not derived
    /// again, and the job ends.
    @Test(.enabled(if: geteuid() == 0 && access("/usr/bin/strace", X_OK) == 0))
    func aJournalThatCannotBeReadForAWhileIsReadOn() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": """
                for i in $(seq 1 80); do echo "{\\"done\\": $i, \\"total\\": 80}"; sleep 0.05; done
                """
            ])
            try waitUntil("it has begun") { try jobd.job(id)["progress"] is [String: Any] }
            let daemon = try #require(jobd.daemon)
            let strace = try ChildProcess(
                "/usr/bin/strace",
                [
                    "-f", "-qq", "-o", "/dev/null", "-p", "\(daemon.pid)", "-P",
                    "\(jobd.state)/jobs/\(id)/1/journal", "-e", "trace=pread64", "-e",
                    "inject=pread64:error=EIO:when=2+3",
                ])
            defer { strace.signal(SIGKILL) }
            try waitUntil("reading fails") {
                try String(contentsOfFile: jobd.log, encoding: .utf8)
                    .contains("Cannot read a journal")
            }
            strace.signal(SIGINT)
            strace.wait()
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            let readings = try jobd.stream("/jobs/\(id)/progress").compactMap {
                $0.event == nil ? $0.json["done"] as? Double : nil
            }
            #expect(readings.count > 5 && readings.last == 80)
            #expect(zip(readings, readings.dropFirst()).allSatisfy { $0 < $1 }, "\(readings)")
        }
    }

    /// One that waits so can be cancelled.
    @Test(.enabled(if: geteuid() == 0)) func whoWaitsToBeStartedIsCancelled() throws {
        let arguments = ["--run-as", "nobody", "--slots", "4"]
        try Self.with(prelude: "exec prlimit --nproc=1:1 ", arguments) { jobd in
            let holder = try jobd.submit(["command": ["sleep", "600"], "cwd": "/"])
            let id = try jobd.submit(["command": ["sleep", "600"], "cwd": "/"])
            for job in [id, holder] {
                try waitUntil("it has a slot") {
                    try jobd.job(job)["state"] as? String == "running"
                }
                #expect(try jobd.send("POST", "/jobs/\(job)/cancel").status == 202)
                #expect(try jobd.finished(job)["state"] as? String == "cancelled")
            }
        }
    }

    /// inotify(7): the watches of a user are used up, by others perhaps. In a user
    /// namespace of its own the daemon has none from the beginning.
    @Test(.enabled(if: geteuid() == 0)) func withoutWatchesItLooksNowAndThen() throws {
        let prelude = "echo 0 > /proc/sys/user/max_inotify_watches && exec"
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        jobd.prelude = prelude
        jobd.wrapper = ["unshare", "-Ur"]
        try jobd.start()
        let id = try jobd.submit(["command": "echo one; sleep 2; echo two"])
        try waitUntil("it runs") { try jobd.job(id)["state"] as? String == "running" }
        try waitUntil("it is said") {
            let ready = try jobd.json("GET", "/ready")
            return ready.status == 200 && "\(ready.object)".contains("max_user_watches")
        }
        for _ in 0..<3 { try jobd.finished(try jobd.submit(["command": ["true"]])) }
        #expect(try jobd.finished(id)["state"] as? String == "succeeded")
        #expect(try jobd.output(id) == "one\ntwo\n")
        let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
        // Once, though it was tried again and again.
        #expect(log.components(separatedBy: "now and then; trying again").count <= 3)
    }
}
