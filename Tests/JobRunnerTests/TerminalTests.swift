import CLinux
import JobRunner
import Journal
import Testing

/// A command on a pseudo-terminal.
@Suite(.timeLimit(.minutes(2))) struct TerminalTests {
    @Test func theCommandIsOnATerminal() async throws {
        let attempt = try AttemptFixture()
        let script = """
            for i in 0 1 2; do test -t $i && echo yes $i; done
            stty size; echo error >&2; test -r /dev/tty && echo controlling
            """
        let exit = try await attempt.run(script: script) { $0.usesTerminal = true }
        #expect(exit?.exitCode == 0)
        #expect(
            try attempt.output()
                == "yes 0\r\nyes 1\r\nyes 2\r\n40 120\r\nerror\r\ncontrolling\r\n")
        #expect(try attempt.records(.stderr).isEmpty)
    }

    @Test(arguments: ["", "line\n", "line\nunfinished"])
    func inputIsTypedAndThenEnds(input: String) async throws {
        let attempt = try AttemptFixture()
        let copy = attempt.root + "/copy"
        let exit = try await attempt.run(script: "stty -echo; cat >'\(copy)'; cat '\(copy)'") {
            $0.usesTerminal = true
            $0.stdin = Array(input.utf8)
        }
        #expect(exit?.exitCode == 0)
        // What was typed before -echo may be there as well: only the end counts.
        #expect(try attempt.output().hasSuffix(input.replacing("\n", with: "\r\n")))
    }

    @Test func longInputIsTypedAsItIsTaken() async throws {
        let attempt = try AttemptFixture()
        let line = String(repeating: "x", count: 99) + "\n"
        let exit = try await attempt.run(script: "stty -echo; wc -c") {
            $0.usesTerminal = true
            $0.stdin = Array(String(repeating: line, count: 5000).utf8)
        }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output().hasSuffix("500000\r\n"))
    }

    @Test func withoutInputThereIsItsEnd() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["cat"]) { $0.usesTerminal = true }
        #expect(exit?.exitCode == 0)
    }

    @Test func openInputIsTypedAsItComes() async throws {
        let attempt = try AttemptFixture()
        let input = GrowingInput(attempt.directory, path: attempt.root + "/input")
        let script = """
            stty -echo; echo up; while read line; do echo "got $line"; done; echo "over $line"
            """
        try attempt.launch(script: script) {
            $0.usesTerminal = true
            $0.input = input.path
        }
        #expect(await attempt.untilOutput("up"))
        for word in ["one", "two"] {
            try input.give(word + "\n")
            #expect(await attempt.untilOutput("got \(word)\r\n"))
        }
        try input.give("unfinished", isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(
            try attempt.output() == "up\r\ngot one\r\ngot two\r\nover unfinished\r\n")
    }

    @Test(arguments: ["x", "x\n", String(repeating: "x", count: 99) + "\n"])
    func aCommandThatNeverReadsItsTerminalKeepsNobodyBusy(text: String) async throws {
        let attempt = try AttemptFixture()
        let input = GrowingInput(attempt.directory, path: attempt.root + "/input")
        try input.append(String(repeating: text, count: (2 << 20) / text.utf8.count))
        try attempt.launch(script: "stty -echo; echo up; exec sleep 3600") {
            $0.usesTerminal = true
            $0.input = input.path
        }
        #expect(await attempt.untilOutput("up"))
        try input.send(isEnd: true)
        try await attempt.untilIdle()
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        #expect(try await attempt.end()?.cause == .cancelled)
    }

    @Test func aCommandThatLeavesItsTerminalGoesOn() async throws {
        let attempt = try AttemptFixture()
        let script = "exec </dev/null >/dev/null 2>&1; read x <'GATE'; echo back >/dev/tty; exit 5"
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: script.replacing("GATE", with: gate.path)) {
            $0.usesTerminal = true
        }
        gate.open()
        #expect(try await attempt.end()?.exitCode == 5)
        #expect(try attempt.output() == "back\r\n")
    }

    /// A program that asks its terminal something gets an answer, each once.
    @Test(arguments: [
        ("\\033[5n", "\\033[0n"), ("\\n\\n\\033[6n", "\\033[3;1R"), ("\\033[c", "\\033[?1;2c"),
        ("\\033[>c", "\\033[>0;0;0c"), ("\\033[18t", "\\033[8;40;120t"),
        ("\\033]11;?\\007", "\\033]11;rgb:0000/0000/0000\\033\\\\"),
        ("\\033]10;?\\033\\\\", "\\033]10;rgb:ffff/ffff/ffff\\033\\\\"),
        // What asks nothing, and sequences that are cut and begun again.
        ("\\033[31m\\033[2J\\033]0;title\\007\\033[\\033[5n", "\\033[0n"),
    ])
    func itsTerminalAnswers(asked: String, answer: String) async throws {
        let attempt = try AttemptFixture()
        let script = """
            exec </dev/tty; stty raw -echo; expected=$(printf '\(answer)x'); expected=${expected%x}
            printf '\(asked)'
            if test "$(head -c ${#expected}; echo x)" = "${expected}x"; then exit 5; fi
            """
        // An input that stays open: its end would be typed.
        let input = GrowingInput(attempt.directory, path: attempt.root + "/input")
        try attempt.launch(script: script) {
            $0.usesTerminal = true
            $0.input = input.path
        }
        #expect(try await attempt.end()?.exitCode == 5)
    }
}
