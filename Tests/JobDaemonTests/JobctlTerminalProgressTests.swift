import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl watch` and `jobctl run` tell the terminal itself how far jobs are.
@Suite(.serialized) struct JobctlTerminalProgressTests {
    private func start(
        _ jobd: DaemonFixture, _ arguments: String..., environment: [String: String] = [:]
    ) throws -> TestTerminal {
        try TestTerminal(
            [Binaries.path("jobctl")] + arguments,
            environment: jobd.environmentForJobctl(environment))
    }

    /// What the terminal was told by OSC 9;4, each once.
    private func told(_ terminal: TestTerminal) -> [String] {
        var told: [String] = []
        for part in terminal.sent.components(separatedBy: "\u{1B}]9;4;").dropFirst() {
            let text = part.components(separatedBy: "\u{1B}\\")[0]
            // The same is said again when it takes long.
            if told.last != text { told.append(text) }
        }
        return told
    }

    @Test func watchTellsATerminalThatKnowsIt() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let id = try jobd.submitGated("go", then: "exit 3", before: "echo 42%")
            try jobd.wrote("ready", id)
            let terminal = try start(jobd, "watch", "\(id)", environment: ["WT_SESSION": "x"])
            try terminal.wait(for: "the bar") { $0.contains { $0.contains("42%") } }
            try terminal.wait(for: "the terminal's bar") { _ in told(terminal) == ["1;42"] }
            _ = try jobd.send("POST", "/jobs/\(id)/pause", [:])
            try terminal.wait(for: "its rest") { _ in told(terminal).last == "4;42" }
            _ = try jobd.send("POST", "/jobs/\(id)/resume", [:])
            try terminal.wait(for: "its going on") { _ in told(terminal).last == "1;42" }
            jobd.open(gate: "go")
            #expect(try terminal.end() == 1)
            #expect(told(terminal) == ["1;42", "4;42", "1;42", "2;100", "0;0"])
        }
    }

    @Test func othersAreToldNothing() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submitGated("go", before: "echo 42%")
            try jobd.wrote("ready", id)
            let plain = try start(jobd, "watch", "\(id)")
            let refused = try start(
                jobd, "watch", "\(id)",
                environment: ["WT_SESSION": "x", "JOBCTL_TERMINAL_PROGRESS": "never"])
            let json = try start(
                jobd, "watch", "--json", "\(id)", environment: ["WT_SESSION": "x"])
            for terminal in [plain, refused] {
                try terminal.wait(for: "the bar") { $0.contains { $0.contains("42%") } }
            }
            try terminal(json, hasSent: "0.42")
            let piped = try jobd.startJobctl(["watch", "\(id)"], environment: ["WT_SESSION": "x"])
            try waitUntil("a line") { piped.output.contains("42%") }
            jobd.open(gate: "go")
            for terminal in [plain, refused, json] {
                #expect(try terminal.end() == 0)
                #expect(!terminal.sent.contains("\u{1B}]"))
            }
            #expect(try !piped.result().output.contains("\u{1B}"))
        }
    }

    private func terminal(_ terminal: TestTerminal, hasSent text: String) throws {
        try terminal.wait(for: "'\(text)'") { _ in terminal.sent.contains(text) }
    }

    @Test func itIsTakenAwayOnEveryWayOut() throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let id = try jobd.submitGated("go", before: "echo 42%")
            try jobd.wrote("ready", id)
            let always = ["JOBCTL_TERMINAL_PROGRESS": "always"]
            for number in [SIGINT, SIGTERM, SIGHUP] {
                let watch = try start(jobd, "watch", "\(id)", environment: always)
                try watch.wait(for: "the terminal's bar") { _ in told(watch) == ["1;42"] }
                watch.process.signal(number)
                #expect(try watch.end() == 128 + number)
                #expect(told(watch).last == "0;0", "signal \(number)")
            }
            let run = try start(
                jobd, "run", "--", "sh", "-c", "echo 10%; sleep 60", environment: always)
            try run.wait(for: "the terminal's bar") { _ in told(run).last == "1;10" }
            run.type("\u{3}")
            #expect(try run.end() == 130)
            #expect(told(run).last == "0;0")
            let late = try start(
                jobd, "run", "--timeout", "0.5", "--", "sleep", "60", environment: always)
            #expect(try late.end() == 124)
            #expect(told(late).first == "3;0")
            #expect(told(late).last == "0;0")
            jobd.open(gate: "go")
        }
    }
}
