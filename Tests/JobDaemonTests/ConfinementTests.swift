import Foundation
import Glibc
import JobTestSupport
import Testing

/// Limits and users from the submission to the command.
@Suite(.serialized) struct ConfinementTests {
    // MARK: Limits

    @Test func limitsReachTheCommandAndAreShown() throws {
        try DaemonFixture.with { jobd in
            let limits: [String: Any] = [
                "memory_bytes": 64 << 20, "cpu_seconds": 3600, "open_files": 99, "nice": 5,
                "io": "idle",
            ]
            let id = try jobd.submit([
                "command": "ulimit -d; ulimit -t; ulimit -n; nice; ionice", "limits": limits,
            ])
            let job = try jobd.finished(id)
            #expect(try jobd.output(id) == "65536\n3600\n99\n5\nidle\n")
            #expect(job["limits"] as? NSDictionary == limits as NSDictionary)
        }
    }

    @Test func processorTimeThatIsUsedUpIsTold() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": ["sh", "-c", "while :; do :; done"], "limits": ["cpu_seconds": 1],
            ])
            let job = try jobd.finished(id)
            #expect(job["failure"] as? String == "signal" && job["signal"] as? Int32 == SIGXCPU)
            #expect(
                (job["error"] as? String)?
                    .contains("The processor time limit of 1 seconds was used up") == true)
        }
    }

    @Test func aLimitThatCannotBeSetMakesItUnstartable() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "true", "limits": ["open_files": 1 << 30]])
            // The kernel's own limit may be as high.
            let limit = try String(contentsOfFile: "/proc/sys/fs/nr_open", encoding: .utf8)
            guard (Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) < 1 << 30
            else { return }
            let job = try jobd.finished(id)
            #expect(job["failure"] as? String == "unstartable")
            #expect((job["error"] as? String)?.contains("limits.open_files") == true)
        }
    }

    /// A submitter's word gives nobody more than the job's user may have, though the
    /// daemon is root.
    @Test(
        .enabled(if: geteuid() == 0),
        arguments: [["nice": -20], ["open_files": 1_000_000]] as [[String: Int]])
    func limitsGrantNothing(limits: [String: Int]) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        jobd.openFiles = 1024
        try jobd.start()
        let id = try jobd.submit([
            "command": "nice; ulimit -n", "run_as": Self.nobody, "limits": limits,
        ])
        let job = try jobd.finished(id)
        #expect(job["failure"] as? String == "unstartable", "\(job)")
        #expect((job["error"] as? String)?.contains("limits.") == true)
    }

    @Test func jobctlTakesLimits() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.jobctl(
                "run", "--limit", "memory=64M", "--limit", "cpu=1h", "--limit", "files=99", "--",
                "sh", "-c", "ulimit -d; ulimit -t; ulimit -n")
            #expect(run.output == "65536\n3600\n99\n")
            #expect(
                try jobd.jobctl("show", "1").lines.contains {
                    $0.contains("memory=64 MiB cpu=1h") && $0.contains("files=99")
                })
            try jobd.expectTrouble(64, "run", "--limit", "speed=3", "--", "true", saying: "--limit")
            try jobd.expectTrouble(
                64, "run", "--run-as", "a:", "--", "true", saying: "--run-as")
        }
    }

    // MARK: Users

    /// Whoever is nobody: on all systems, and nobody's processes are many nowhere.
    private static let nobody = "nobody"

    @Test(.enabled(if: geteuid() == 0)) func aJobRunsAsItsUser() throws {
        try DaemonFixture.with(environment: ["XDG_DATA_HOME": "/root/x", "KEPT": "yes"]) {
            jobd in
            // The state directory keeps others out by itself.
            chmod(jobd.directory, 0o755)
            let id = try jobd.submit([
                "command": """
                id -un; id -gn; id -G; echo $USER $LOGNAME "$XDG_DATA_HOME" $KEPT; pwd
                ls '\(jobd.state)' || echo closed; cat '\(jobd.state)/jobd.db' || echo closed
                echo '3/4' >$JOBD_PROGRESS; { sudo -n id -u || su -c id </dev/null; } 2>/dev/null || echo no root
                echo ready; read line; echo "got $line"
                """,
                "run_as": ["user": Self.nobody],
            ])
            try jobd.wrote("ready", id)
            // The next daemon finds it, and its place for progress.
            try jobd.killAndRestart()
            #expect(try jobd.sendInput(id, Array("input\n".utf8)).status == 200)
            let job = try jobd.finished(id)
            let lines = try jobd.output(id).split(separator: "\n").map(String.init)
            let groups = try jobd.program("id", "-G", Self.nobody)
            let name = try jobd.program("id", "-gn", Self.nobody)
            let answers = lines.filter { !$0.contains(":") }
            #expect(
                answers == [
                    Self.nobody, name, groups, "nobody nobody  yes", "/", "closed", "closed",
                    "no root", "ready", "got input",
                ])
            #expect((job["progress"] as? [String: Any])?["done"] as? Int == 3)
            #expect((job["run_as"] as? [String: Any])?["user"] as? String == Self.nobody)
            try waitUntil("its place for progress is gone") { jobd.progressPlaces().isEmpty }
        }
    }

    /// A state directory that is gone leaves nothing in /run.
    @Test(.enabled(if: geteuid() == 0)) func whatIsLeftOfAGoneDirectoryIsRemoved() throws {
        let gone = try DaemonFixture(["--run-as", "nobody"])
        defer { gone.tearDown() }
        try gone.start()
        let id = try gone.submit(["command": "echo up; exec sleep 600", "cwd": "/"])
        try gone.wrote("up", id)
        let place = gone.foreignProgress
        #expect(FileManager.default.fileExists(atPath: place))
        gone.kill()
        for pid in gone.remnants() { _ = kill(pid, SIGKILL) }
        try FileManager.default.moveItem(atPath: gone.state, toPath: "\(gone.directory)/other")
        try FileManager.default.removeItem(atPath: "\(gone.directory)/other")
        try DaemonFixture.with { _ in
            #expect(!FileManager.default.fileExists(atPath: place))
            #expect(access("\(place).state", F_OK) == -1)
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func everyJobRunsAsTheUserOfTheSetting() throws {
        try DaemonFixture.with(["--run-as", "nobody"]) { jobd in
            let id = try jobd.submit(["command": ["id", "-un"]])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id) == "nobody\n")
            // Cancelled, its processes are all ended.
            let other = try jobd.submit(["command": "trap '' TERM; sleep 600 & echo up; wait"])
            try jobd.wrote("up", other)
            _ = try jobd.send("POST", "/jobs/\(other)/cancel", ["grace_seconds": 0])
            try jobd.reached("cancelled", other)
            try waitUntil("nothing of it runs") { jobd.processes(other).isEmpty }
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func rootAndStrangersAreRefused() throws {
        try DaemonFixture.with { jobd in
            for user in ["root", "nobody:root", "no-such-user", "nobody:no-such-group"] {
                try jobd.expectRefusal(
                    "POST", "/jobs", ["command": "id", "run_as": user], status: 422,
                    code: "invalid_spec", fields: ["run_as"])
            }
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": [["command": "id", "run_as": "root"]]],
                status: 422, code: "invalid_spec", fields: ["jobs[0].run_as"])
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.split(separator: "\n").count { $0.contains("Jobs run as root") } == 1)
        }
        try DaemonFixture.with(["--allow-root"]) { jobd in
            let id = try jobd.submit(["command": ["id", "-u"], "run_as": "root"])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id) == "0\n")
        }
    }

    @Test func aSettingThatCannotBeHadStopsTheDaemon() throws {
        for user in ["no-such-user", "root", "a:b:c"] where geteuid() == 0 {
            let jobd = try DaemonFixture(["--run-as", user])
            defer { jobd.tearDown() }
            let daemon = try jobd.spawn(["--no-listen"])
            #expect(daemon.wait() == (user == "a:b:c" ? 64 : 78))
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func aForkBombIsBounded() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                // It ends at a number also where nothing stops it.
                "command": """
                i=0; while [ $i -lt 200 ]; do sleep 600 & i=$((i+1)); echo $i; done
                """,
                "run_as": "nobody", "limits": ["processes": 20],
            ])
            #expect(try jobd.finished(id)["state"] as? String == "failed")
            let counts = try jobd.output(id).split(separator: "\n").compactMap { Int($0) }
            #expect((counts.last ?? 0) < 20)
            try waitUntil("nothing of it runs") { jobd.processes(id).isEmpty }
        }
    }

    // MARK: The environment

    @Test func nothingOfTheDaemonsIsInAJob() throws {
        let secrets = [
            "JOBD_TOKEN": "x1", "CREDENTIALS_DIRECTORY": "/x2", "INVOCATION_ID": "x3",
            "NOTIFY_SOCKET": "/nonexistent/x4", "LISTEN_FDNAMES": "x5", "STATE_DIRECTORY": "/x6",
        ]
        try DaemonFixture.with(environment: secrets) { jobd in
            let id = try jobd.submit(["command": "env"])
            try jobd.finished(id)
            let output = try jobd.output(id)
            for name in secrets.keys { #expect(!output.contains("\(name)=")) }
        }
    }
}

extension DaemonFixture {
    /// What a program writes, without the line's end.
    fileprivate func program(_ words: String...) throws -> String {
        let path = "\(directory)/\(UUID().uuidString)"
        let process = try ChildProcess(
            "/usr/bin/env", words, environment: [:], output: path, errors: "/dev/null")
        #expect(process.wait() == 0)
        return try String(contentsOfFile: path, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What is left where users tell progress.
    fileprivate func progressPlaces() -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: foreignProgress)) ?? []
    }
}
