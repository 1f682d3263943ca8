import Foundation
import JobTestSupport
import Testing

/// The command line against a real daemon.
@Suite(.serialized) struct JobctlTests {
    @Test func runComposesLikeThePrefixItIs() throws {
        try DaemonFixture.with { jobd in
            let plain = try jobd.jobctl("run", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
            #expect(plain.status == 3)
            #expect(plain.output == "out\n")
            #expect(plain.errors.contains("err\n"))
            #expect(try jobd.jobctl("run", "--shell", "kill -9 $$").status == 137)
            #expect(try jobd.jobctl("run", "--timeout", "0.1", "--", "sleep", "1000").status == 124)
            #expect(try jobd.jobctl("run", "--", "no-such-program-42").status == 127)
            let here = try jobd.jobctl("run", "--", "pwd")
            #expect(here.output == FileManager.default.currentDirectoryPath + "\n")
        }
    }

    @Test func runGoesOnWhenTheDaemonIsKilled() throws {
        try DaemonFixture.with { jobd in
            let process = try jobd.startJobctl(
                [
                    "run", "--shell",
                    "for i in $(seq 1 300); do echo line $i; sleep 0.01; done; exit 6",
                ])
            for threshold in [200, 900] {
                try waitUntil("it has printed \(threshold) bytes") {
                    process.output.utf8.count > threshold
                }
                try jobd.killAndRestart()
            }
            let run = try process.result()
            #expect(run.status == 6)
            #expect(run.output == (1...300).map { "line \($0)\n" }.joined())
        }
    }

    @Test func theOtherVerbsDoWhatTheySay() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let submitted = try jobd.jobctl(
                "submit", "--name", "build", "--label", "app=shop", "--", "sh", "-c",
                "echo 25%; echo 75%; sleep 0.2; exit 2")
            #expect(submitted.output == "1\n")
            let watched = try jobd.jobctl("watch", "1", "--json")
            #expect(watched.status == 1)
            let events = watched.output.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            #expect(events.first?["state"] as? String == "queued")
            #expect(events.compactMap { $0["fraction"] as? Double } == [0.25, 0.75])
            #expect(events.last?["exit_code"] as? Int == 2)

            #expect(try jobd.jobctl("wait", "1").status == 1)
            #expect(try jobd.jobctl("logs", "1").output == "25%\n75%\n")
            #expect(try jobd.jobctl("logs", "1", "--tail", "1").output == "75%\n")
            #expect(try jobd.jobctl("show", "1").output.contains("build"))
            let listed = try jobd.jobctl("list", "--json", "--label", "app=shop")
            #expect(listed.output.contains(#""name":"build""#))
            #expect(
                try jobd.jobctl("list", "--state", "running", "--json").output.contains(
                    #""jobs":[]"#)
            )
            #expect(try jobd.jobctl("list").output.contains("failed"))

            #expect(try jobd.jobctl("submit", "--", "sleep", "1000").output == "2\n")
            #expect(try jobd.jobctl("cancel", "2").status == 0)
            #expect(try jobd.finished(2)["state"] as? String == "cancelled")
            #expect(try jobd.jobctl("delete", "2").status == 0)
            #expect(try jobd.jobctl("show", "2").status == 1)
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
            #expect(try jobd.jobctl("progress", "1/2").status != 0)
        }
    }

    @Test func withoutADaemonItSaysSo() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let listed = try jobd.jobctl("list")
        #expect(listed.status == 69)
        #expect(listed.errors.split(separator: "\n").count == 1)
        #expect(try jobd.jobctl("--no-such-option").status == 64)
        #expect(try jobd.jobctl("run").status == 64)
    }
}
