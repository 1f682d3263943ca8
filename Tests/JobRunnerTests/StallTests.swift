import CLinux
import JobRunner
import Journal
import Testing

/// The end of commands that are silent for too long.
@Suite(.serialized, .timeLimit(.minutes(2))) struct StallTests {
    /// Scripts that say nothing, or nothing more.
    private static let silent = [
        "exec sleep 3600", "echo last words; exec sleep 3600", "exec >&- 2>&- sleep 3600",
    ]

    @Test(arguments: silent)
    func silenceEndsIt(script: String) async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: script) {
            $0.input = "/no/such/input"
            $0.stallTimeoutMicroseconds = 100_000
        }
        #expect(exit?.cause == .stalled)
        #expect(exit?.signal == SIGTERM)
        #expect(try attempt.processes().isEmpty)
    }

    @Test func itIsATeardownWithGrace() async throws {
        let attempt = try AttemptFixture()
        let script = "trap 'echo late; exit 5' TERM; while :; do sleep 3600 & wait; done"
        let exit = try await attempt.run(script: script) {
            $0.stallTimeoutMicroseconds = 100_000
        }
        #expect(exit?.cause == .stalled)
        #expect(exit?.exitCode == 5)
        #expect(try attempt.output() == "late\n")
    }

    @Test(arguments: ["/dev/stdout", "/dev/stderr", "$JOBD_PROGRESS"])
    func whatIsHeardOfItBeginsTheTimeAnew(place: String) async throws {
        let attempt = try AttemptFixture()
        let limit: Int64 = 1_000_000
        // A line's beginning counts as well, though it is not a frame yet.
        let script = """
            for i in $(seq 70); do printf . >\(place); sleep 0.02; done
            echo end >\(place); exec sleep 3600
            """
        let exit = try await attempt.run(script: script) {
            $0.stallTimeoutMicroseconds = limit
        }
        #expect(exit?.cause == .stalled)
        let reader = try JournalReader(path: attempt.directory.journal)
        let records = try reader.read().records
        let last = try #require(records.last { $0.frame.kind != .exit })
        #expect(last.payload.last == 0x0a)
        // It lived for longer than it may be silent, and was silent for that long
        // in the end.
        let start = try #require(records.first).frame.time
        #expect(last.frame.time - start > limit)
        #expect(try #require(records.last).frame.time - last.frame.time >= limit - 1000)
    }

    @Test func whatTheCommandReadsIsNotHeardOfIt() async throws {
        let attempt = try AttemptFixture()
        let input = GrowingInput(attempt.directory, path: attempt.root + "/input")
        // It keeps reading, much more than it can until then.
        let file = linux_open(input.path, O_WRONLY | O_CREAT, 0o600)
        #expect(linux_truncate(file, 1 << 42) == 0)
        close(file)
        try attempt.launch(script: "exec cat >/dev/null") {
            $0.input = input.path
            $0.stallTimeoutMicroseconds = 200_000
        }
        try input.send(size: 1 << 42)
        #expect(try await attempt.end()?.cause == .stalled)
    }

    @Test func aSilentCommandCanBeCancelledWithALongGrace() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        // It is not silent before it is cancelled.
        let script = """
            trap 'cancelled=yes' TERM; echo up
            while test -z "$cancelled"; do echo .; sleep 0.01; done
            read go <'\(gate.path)'; exit 6
            """
        try attempt.launch(script: script) {
            $0.stallTimeoutMicroseconds = 1_000_000
            $0.graceMicroseconds = 0
        }
        #expect(await attempt.untilOutput("up"))
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 3_600_000_000)
        // Its silence does not shorten the grace it was given.
        try await AttemptFixture.outlast(microseconds: 1_500_000)
        gate.open()
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.exitCode == 6)
    }
}
