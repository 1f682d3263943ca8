import Foundation
import Glibc
import JobTestSupport
import Testing

/// The command line against a real daemon.
@Suite(.serialized) struct JobctlTests {
    private struct Result {
        let status: CInt
        let output: String
        let errors: String
    }

    private func start(
        _ jobd: DaemonFixture, _ arguments: [String], to name: String = "jobctl"
    ) throws -> ChildProcess {
        var environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("JOBD_") }
        environment["JOBD_URL"] = jobd.socket
        return try ChildProcess(
            Binaries.path("jobctl"), arguments, environment: environment,
            output: "\(jobd.directory)/\(name).out", errors: "\(jobd.directory)/\(name).err")
    }

    private func result(
        of process: ChildProcess, _ jobd: DaemonFixture, _ name: String = "jobctl"
    ) throws -> Result {
        let status = process.wait()
        func take(_ ending: String) throws -> String {
            let path = "\(jobd.directory)/\(name).\(ending)"
            defer { unlink(path) }
            return try String(contentsOfFile: path, encoding: .utf8)
        }
        return Result(status: status, output: try take("out"), errors: try take("err"))
    }

    private func run(_ jobd: DaemonFixture, _ arguments: String...) throws -> Result {
        try result(of: try start(jobd, arguments), jobd)
    }

    @Test func runComposesLikeThePrefixItIs() throws {
        try DaemonFixture.with { jobd in
            let plain = try run(jobd, "run", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
            #expect(plain.status == 3)
            #expect(plain.output == "out\n")
            #expect(plain.errors.contains("err\n"))
            #expect(try run(jobd, "run", "--shell", "kill -9 $$").status == 137)
            #expect(try run(jobd, "run", "--timeout", "0.1", "--", "sleep", "1000").status == 124)
            #expect(try run(jobd, "run", "--", "no-such-program-42").status == 127)
            let here = try run(jobd, "run", "--", "pwd")
            #expect(here.output == FileManager.default.currentDirectoryPath + "\n")
        }
    }

    @Test func runGoesOnWhenTheDaemonIsKilled() throws {
        try DaemonFixture.with { jobd in
            let process = try start(
                jobd,
                [
                    "run", "--shell",
                    "for i in $(seq 1 300); do echo line $i; sleep 0.01; done; exit 6",
                ])
            for threshold in [200, 900] {
                let path = "\(jobd.directory)/jobctl.out"
                try waitUntil("it has printed \(threshold) bytes") {
                    (FileManager.default.contents(atPath: path)?.count ?? 0) > threshold
                }
                try jobd.killAndRestart()
            }
            let run = try result(of: process, jobd)
            #expect(run.status == 6)
            #expect(run.output == (1...300).map { "line \($0)\n" }.joined())
        }
    }

    @Test func theOtherVerbsDoWhatTheySay() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let submitted = try run(
                jobd, "submit", "--name", "build", "--label", "app=shop", "--", "sh", "-c",
                "echo 25%; echo 75%; sleep 0.2; exit 2")
            #expect(submitted.output == "1\n")
            let watched = try run(jobd, "watch", "1", "--json")
            #expect(watched.status == 1)
            let events = watched.output.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            #expect(events.first?["state"] as? String == "queued")
            #expect(events.compactMap { $0["fraction"] as? Double } == [0.25, 0.75])
            #expect(events.last?["exit_code"] as? Int == 2)

            #expect(try run(jobd, "wait", "1").status == 1)
            #expect(try run(jobd, "logs", "1").output == "25%\n75%\n")
            #expect(try run(jobd, "logs", "1", "--tail", "1").output == "75%\n")
            #expect(try run(jobd, "show", "1").output.contains("build"))
            let listed = try run(jobd, "list", "--json", "--label", "app=shop")
            #expect(listed.output.contains(#""name":"build""#))
            #expect(
                try run(jobd, "list", "--state", "running", "--json").output.contains(#""jobs":[]"#)
            )
            #expect(try run(jobd, "list").output.contains("failed"))

            #expect(try run(jobd, "submit", "--", "sleep", "1000").output == "2\n")
            #expect(try run(jobd, "cancel", "2").status == 0)
            #expect(try jobd.finished(2)["state"] as? String == "cancelled")
            #expect(try run(jobd, "delete", "2").status == 0)
            #expect(try run(jobd, "show", "2").status == 1)
        }
    }

    @Test func progressIsToldFromInsideAJob() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let jobctl = Binaries.path("jobctl")
            let id = try jobd.submit([
                "command": "\(jobctl) progress 3/10 'copied a.txt'; \(jobctl) progress 55 more"
            ])
            try jobd.finished(id)
            let readings = try jobd.events(of: id).filter { $0["source"] is String }
            #expect(readings.compactMap { $0["fraction"] as? Double } == [0.3, 0.55])
            #expect(readings.compactMap { $0["message"] as? String } == ["copied a.txt", "more"])
            #expect(readings.allSatisfy { $0["source"] as? String == "direct" })
            #expect(try run(jobd, "progress", "1/2").status != 0)
        }
    }

    @Test func withoutADaemonItSaysSo() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let listed = try run(jobd, "list")
        #expect(listed.status == 69)
        #expect(listed.errors.split(separator: "\n").count == 1)
        #expect(try run(jobd, "--no-such-option").status == 64)
        #expect(try run(jobd, "run").status == 64)
    }
}
