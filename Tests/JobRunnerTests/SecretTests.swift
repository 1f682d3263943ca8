import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// Values that the supervisor keeps out of the journal.
@Suite(.timeLimit(.minutes(2))) struct SecretTests {
    private static let value = "s3cr3t-value"

    private func hide(_ spec: inout LaunchSpec, _ value: String = value) {
        spec.environment["SECRET"] = value
        spec.maskedVariables = ["SECRET"]
    }

    /// Expects that the value is nowhere in the attempt's directory.
    private func expectNowhere(_ value: String, _ attempt: AttemptFixture) throws {
        let journal = try Data(contentsOf: URL(filePath: attempt.directory.journal))
        #expect(journal.range(of: Data(value.utf8)) == nil)
    }

    @Test(arguments: [false, true])
    func nothingOfItIsInTheJournal(usesTerminal: Bool) async throws {
        let attempt = try AttemptFixture()
        let script = """
            echo "it is $SECRET."; echo "$SECRET" >&2; echo "10% $SECRET" >$JOBD_PROGRESS
            printf '%s' "$SECRET"; printf '%s' "$SECRET" | cut -c1-5; test "$SECRET" = \(Self.value)
            """
        let exit = try await attempt.run(script: script) {
            hide(&$0)
            $0.usesTerminal = usesTerminal
        }
        #expect(exit?.exitCode == 0)
        try expectNowhere(Self.value, attempt)
        let output = try attempt.output().replacing("\r\n", with: "\n")
        #expect(
            output == (usesTerminal ? "it is ***.\n***\n***s3cr3\n" : "it is ***.\n***s3cr3\n"))
        #expect(try attempt.output(.stderr) == (usesTerminal ? "" : "***\n"))
        #expect(try attempt.output(.progress) == "10% ***\n")
    }

    @Test func aTerminalsEchoIsMasked() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: "read line; test \"$line\" = \(Self.value)") {
            hide(&$0)
            $0.usesTerminal = true
            $0.stdin = Array("\(Self.value)\n".utf8)
        }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "***\r\n")
    }

    @Test func theLinesOfAKeyAreMaskedOneByOne() async throws {
        let attempt = try AttemptFixture()
        let key = "-----BEGIN KEY-----\nabcdefgh\nijkl\nmn\n-----END KEY-----\n"
        _ = try await attempt.run(script: "printf '%s' \"$SECRET\" | sed 's/^/  /'") {
            hide(&$0, key)
        }
        #expect(try attempt.output() == "  ***\n  ***\n  ***\n  mn\n  ***\n")
    }

    @Test func muchOutputIsMaskedThroughout() async throws {
        let attempt = try AttemptFixture()
        // A length that puts the value over the ends of all kinds of buffers.
        let line = "\(Self.value) " + String(repeating: "x", count: 984)
        let exit = try await attempt.run(
            script: "for i in $(seq 40); do cat '\(attempt.root)/part'; done"
        ) { spec in
            hide(&spec)
            let part = String(repeating: line, count: 100)
            #expect(
                FileManager.default.createFile(
                    atPath: "\(attempt.root)/part", contents: Data(part.utf8)))
        }
        #expect(exit?.exitCode == 0)
        try expectNowhere(Self.value, attempt)
        let output = try attempt.output()
        #expect(output.split(separator: "*** ").count == 4000)
        // What is written counts.
        #expect(
            try JournalReader(path: attempt.directory.journal).outputBytes()
                == UInt64(output.utf8.count))
    }

    @Test func whatOnlyBeginsLikeItIsWrittenSoon() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: "printf 'name: s3cr'; read go <'\(gate.path)'; echo 3t-value") {
            hide(&$0)
        }
        #expect(await attempt.untilOutput("name: s3cr"))
        gate.open()
        _ = try await attempt.end()
        // Too late for its beginning, but not for the rest.
        #expect(try attempt.output() == "name: s3cr***\n")
    }

    @Test func theOutputLimitCountsWhatIsWritten() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: "printf \"$SECRET$SECRET\"") {
            hide(&$0)
            $0.outputLimitBytes = 6
        }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "******")
    }

    @Test func theCommandLineOfTheSupervisorHasTheNameOnly() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; exec sleep 3600") { hide(&$0) }
        #expect(await attempt.untilOutput("up"))
        let words = try Data(contentsOf: URL(filePath: "/proc/\(attempt.supervisor)/cmdline"))
        #expect(words.range(of: Data("SECRET".utf8)) != nil)
        #expect(words.range(of: Data(Self.value.utf8)) == nil)
        let limits = try String(
            contentsOfFile: "/proc/\(attempt.supervisor)/limits", encoding: .utf8)
        let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        #expect(core?.split(separator: " ").dropFirst(4).prefix(2) == ["1", "1"])
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        _ = try await attempt.end()
    }
}
