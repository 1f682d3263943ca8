import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// Input that comes while the command runs.
@Suite(.serialized, .timeLimit(.minutes(2))) struct InputTests {
    private func makeInput(_ attempt: AttemptFixture) -> GrowingInput {
        GrowingInput(attempt.directory, path: attempt.root + "/input")
    }

    @Test func itIsPassedOnAsItComes() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try attempt.launch(["cat"]) { $0.input = input.path }
        for word in ["one ", "two ", "three\n"] {
            try input.give(word)
            #expect(await attempt.untilOutput(word))
        }
        try input.send(isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "one two three\n")
    }

    @Test func whatIsSaidTwiceIsPassedOnOnce() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try attempt.launch(["cat"]) { $0.input = input.path }
        try input.give("one ")
        #expect(await attempt.untilOutput("one "))
        // As after an adoption; and a size never falls.
        attempt.forget()
        _ = try attempt.adopt()
        for size: UInt64 in [4, 4, 0, 2] { try input.send(size: size) }
        try input.give("two")
        #expect(await attempt.untilOutput("two"))
        try input.append(" never told of")
        try input.send(size: 2, isEnd: true)
        // Nothing comes after the end.
        _ = try AttemptControl.input(attempt.directory, size: input.size, isEnd: false)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "one two")
    }

    @Test func onlyWhatWasToldOfIsPassedOn() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try input.append("yes, but not this")
        try attempt.launch(["cat"]) { $0.input = input.path }
        try input.send(size: 3)
        #expect(await attempt.untilOutput("yes"))
        try input.send(size: 3, isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "yes")
    }

    @Test(arguments: ["", "all of it at once"])
    func itMayBeThereBeforeTheCommand(text: String) async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try input.append(text)
        // The request is in the FIFO before the supervisor looks.
        try attempt.launch(["cat"]) { $0.input = input.path }
        try input.send(isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == text)
    }

    @Test func muchOfItArrivesByteForByte() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try attempt.launch(["cat"]) { $0.input = input.path }
        // A period that fits no buffer: a part lost or repeated shifts the rest.
        let part = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        for _ in 0..<9 {
            try input.append(part)
            try input.send()
        }
        try input.send(isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        let expected = Array(repeatElement(part, count: 9).joined())
        #expect(try attempt.records(.stdout).flatMap(\.payload) == expected)
    }

    @Test func withoutARequestItStaysOpen() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try attempt.launch(script: "exec cat") { $0.input = input.path }
        try await attempt.untilIdle()
        #expect(try attempt.processes().count == 1)
        try input.send(isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
    }

    @Test(arguments: [false, true])
    func aCommandThatNeverReadsItKeepsNobodyBusy(isEnd: Bool) async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try input.append([UInt8](repeating: 0x78, count: 4 << 20))
        try attempt.launch(script: "echo up; exec sleep 3600") {
            $0.input = input.path
        }
        try input.send(isEnd: isEnd)
        #expect(await attempt.untilOutput("up"))
        try await attempt.untilIdle()
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        #expect(try await attempt.end()?.cause == .cancelled)
    }

    @Test func aCommandMayEndWithoutReadingIt() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try input.append([UInt8](repeating: 0x78, count: 1 << 20))
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: "head -c 5; read go <'\(gate.path)'; exit 7") {
            $0.input = input.path
        }
        try input.send()
        #expect(await attempt.untilOutput("xxxxx"))
        gate.open()
        #expect(try await attempt.end()?.exitCode == 7)
        #expect(try attempt.output() == "xxxxx")
    }

    @Test func aCommandMayCloseItsInput() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: "exec <&-; echo closed; read go <'\(gate.path)'; exit 7") {
            $0.input = input.path
        }
        #expect(await attempt.untilOutput("closed"))
        // Nobody reads it: that ends the passing on, and nothing else.
        try input.give("for nobody")
        try await attempt.untilIdle()
        try input.give("nor this", isEnd: true)
        try await attempt.untilIdle()
        gate.open()
        #expect(try await attempt.end()?.exitCode == 7)
    }

    @Test func whoReadsOnAfterTheCommandGetsAllThatIsThere() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        let (first, second) = (attempt.makeGate("first"), attempt.makeGate("second"))
        let size = 300_000
        try input.append([UInt8](repeating: 0x78, count: size))
        // The one that reads begins when the command is gone; more is there than
        // a pipe holds.
        try attempt.launch(
            script: """
                exec 3<&0
                (trap '' TERM; read go <'\(second.path)'; cat <&3; echo over >&2) &
                echo $$ >&2; read go <'\(first.path)'
                """
        ) { $0.input = input.path }
        try input.send()
        #expect(await attempt.until { (try? attempt.output(.stderr))?.hasSuffix("\n") == true })
        let command = try #require(
            Int32(try attempt.output(.stderr).trimmingCharacters(in: .newlines)))
        try await attempt.eventually { attempt.hasTakenRequests }
        first.open()
        try await attempt.eventually { linux_process_state(command) == 0 }
        second.open()
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output().utf8.count == size)
        #expect(try attempt.output(.stderr).hasSuffix("\nover\n"))
    }

    @Test func aFileThatComesLateIsFound() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try attempt.launch(["cat"]) { $0.input = input.path }
        try input.send(size: 4, isEnd: true)
        try await attempt.eventually { attempt.hasTakenRequests }
        try input.append("lat")
        try input.append("e")
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "late")
    }

    @Test func theCommandHasOneEndOfAPipe() async throws {
        let attempt = try AttemptFixture()
        let script = "readlink /proc/$$/fd/0 | cut -d: -f1; exec ls /proc/self/fd"
        let exit = try await attempt.run(script: script) { $0.input = "/no/such/input" }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "pipe\n0\n1\n2\n3\n")
    }

    @Test func inputThatWasGivenComesFirst() async throws {
        let attempt = try AttemptFixture()
        let input = makeInput(attempt)
        try input.append("open")
        try attempt.launch(["cat"]) {
            $0.stdin = Array("given".utf8)
            $0.input = input.path
        }
        _ = try AttemptControl.input(attempt.directory, size: 4, isEnd: true)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "given")
    }
}
