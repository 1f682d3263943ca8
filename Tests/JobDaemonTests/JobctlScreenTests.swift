import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl` on a real terminal.
@Suite(.serialized) struct JobctlScreenTests {
    private func start(
        _ jobd: DaemonFixture, _ arguments: String..., rows: Int = 24
    ) throws -> TestTerminal {
        try TestTerminal(
            [Binaries.path("jobctl")] + arguments, environment: jobd.environmentForJobctl(),
            rows: rows)
    }

    /// The line of a job.
    private func line(_ screen: [String], _ id: Int) -> String {
        screen.first { $0.drop { $0 == " " }.hasPrefix("\(id) ") } ?? ""
    }

    private func expectGivenBack(
        _ terminal: TestTerminal, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(terminal.isCooked, sourceLocation: sourceLocation)
        // The alternate screen is left, and the cursor is there again.
        #expect(terminal.sent.hasSuffix("\u{1B}[?1049l"), sourceLocation: sourceLocation)
        let shown = terminal.sent.range(of: "\u{1B}[?25h", options: .backwards)
        let hidden = terminal.sent.range(of: "\u{1B}[?25l", options: .backwards)
        guard let shown, let hidden else {
            Issue.record("the cursor was never hidden or shown", sourceLocation: sourceLocation)
            return
        }
        #expect(shown.lowerBound > hidden.lowerBound, sourceLocation: sourceLocation)
    }

    @Test func theListFollowsWhatHappens() throws {
        try DaemonFixture.with(["--slots", "2", "--progress-interval-seconds", "0"]) { jobd in
            let id = try jobd.submitGated("go", before: "echo 42%", ["name": "nightly copy"])
            try jobd.wrote("ready", id)
            let terminal = try start(jobd, "list", "--watch")
            try terminal.wait(for: "the running job") { screen in
                line(screen, id).contains("running") && line(screen, id).contains("nightly copy")
                    && line(screen, id).contains("42%") && screen[0].contains("1 running")
            }
            #expect(!terminal.isCooked)
            #expect(terminal.screen.last?.contains("q quit") == true)

            let next = try jobd.submit(["command": "exit 3", "name": "newcomer"])
            try terminal.wait(for: "the new job and how it ended") { screen in
                line(screen, next).contains("newcomer")
                    && line(screen, next).contains("exit code 3")
                    && screen[0].contains("1 running, 1 failed")
            }
            jobd.open(gate: "go")
            try terminal.wait(for: "the first job's end") { screen in
                line(screen, id).contains("succeeded")
                    && screen[0].contains("1 failed, 1 succeeded")
            }
            terminal.type("q")
            #expect(try terminal.end() == 0)
            expectGivenBack(terminal)
        }
    }

    @Test func theListOutlivesTheDaemon() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let id = try jobd.submitGated("go")
            try jobd.wrote("ready", id)
            let terminal = try start(jobd, "list", "--watch")
            try terminal.wait(for: "the job") { line($0, id).contains("running") }
            jobd.kill()
            try terminal.wait(for: "the outage in the header") { screen in
                screen[0].contains("lost the daemon") && line(screen, id).contains("running")
            }
            try jobd.start()
            jobd.open(gate: "go")
            try terminal.wait(for: "the daemon and the job's end") { screen in
                screen[0].contains("1 succeeded") && line(screen, id).contains("succeeded")
            }
            let next = try jobd.submit(["command": ["true"], "name": "afterwards"])
            try terminal.wait(for: "a job of the new daemon") { screen in
                line(screen, next).contains("afterwards")
            }
            terminal.type("q")
            #expect(try terminal.end() == 0)
            expectGivenBack(terminal)
        }
    }

    @Test func keysMoveTheViewAndCtrlCLeaves() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("held", ["paused": true])
            let jobs = (1...30).map { _ in ["command": ["true"], "queue": "held"] }
            #expect(try jobd.send("POST", "/jobs/batch", ["jobs": jobs]).status == 201)
            let terminal = try start(jobd, "list", "--watch", rows: 13)
            try terminal.wait(for: "the newest") { screen in
                !line(screen, 30).isEmpty && !line(screen, 21).isEmpty
                    && line(screen, 20).isEmpty && screen[12].contains("of 30")
            }
            // End, Home, arrow down.
            terminal.type("\u{1B}[F")
            try terminal.wait(for: "the oldest") { !line($0, 1).isEmpty && line($0, 30).isEmpty }
            terminal.type("\u{1B}[H")
            try terminal.wait(for: "the newest again") { !line($0, 30).isEmpty }
            terminal.type("\u{1B}[B")
            try terminal.wait(for: "one further down") { screen in
                line(screen, 30).isEmpty && !line(screen, 20).isEmpty
            }
            terminal.type("\u{03}")
            #expect(try terminal.end() == 130)
            expectGivenBack(terminal)
        }
    }

    @Test func aDaemonThatIsNotThereLeavesTheScreenAlone() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let terminal = try start(jobd, "list", "--watch")
        #expect(try terminal.end() == 69)
        #expect(!terminal.sent.contains("\u{1B}[?1049h"))
        #expect(terminal.sent.contains("no daemon at"))
    }

    @Test func aTableForPeopleIsColouredUnlessTheyMindIt() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "exit 5"])
            try jobd.finished(id)
            let coloured = try start(jobd, "list")
            #expect(try coloured.end() == 0)
            #expect(coloured.sent.contains("\u{1B}["))
            #expect(coloured.screen.contains { $0.contains("exit code 5") })
            let plain = try TestTerminal(
                [Binaries.path("jobctl"), "list"],
                environment: jobd.environmentForJobctl(["NO_COLOR": "1"]))
            #expect(try plain.end() == 0)
            #expect(plain.screen == coloured.screen)
            #expect(!plain.sent.contains("\u{1B}["))
        }
    }

    @Test func aRunHasABarThatGoesAwayAgain() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let gate = jobd.gate("go")
            let terminal = try start(
                jobd, "run", "--shell",
                "echo 60%; while [ ! -e \(gate) ]; do sleep 0.02; done; echo the end; exit 9")
            try terminal.wait(for: "the bar") { _ in
                terminal.sent.components(separatedBy: "60%").count > 2
            }
            jobd.open(gate: "go")
            #expect(try terminal.end() == 9)
            #expect(terminal.isCooked)
            #expect(terminal.sent.contains("the end\r\n"))
        }
    }

    /// Somebody else's job does not get at the terminal of whoever reads its output.
    @Test func logsLetNothingButTextAndColoursThrough() throws {
        try DaemonFixture.with { jobd in
            let evil = #"\033]52;c;ZXZpbA==\007\033]0;title\007\033[2J\033[5A"#
            let id = try jobd.submit(["command": "printf 'a\(evil)\\033[31mred\\033[0m\\n'"])
            try jobd.finished(id)
            for arguments in [[], ["-f"]] {
                let terminal = try TestTerminal(
                    [Binaries.path("jobctl"), "logs", "\(id)"] + arguments,
                    environment: jobd.environmentForJobctl())
                #expect(try terminal.end() == 0)
                #expect(terminal.sent == "a\u{1B}[31mred\u{1B}[0m\r\n")
            }
            let raw = try start(jobd, "logs", "--raw", "\(id)")
            #expect(try raw.end() == 0)
            #expect(raw.sent.contains("]52;c;"))
            // A file gets what was written.
            #expect(try jobd.jobctl("logs", "\(id)").output.contains("]52;c;"))
        }
    }
}
