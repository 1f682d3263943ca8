import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// What can be told of an attempt by who did not start it.
@Suite(.timeLimit(.minutes(2))) struct SurvivalTests {
    @Test func anAttemptThatWasNotPreparedNeverStarted() throws {
        let attempt = try AttemptFixture()
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
        try attempt.directory.create(stdin: nil)
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
        try Data().write(to: URL(fileURLWithPath: attempt.directory.journal))
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
    }

    @Test func aLockedJournalWithoutAStartIsRunning() throws {
        let attempt = try AttemptFixture()
        try attempt.directory.create(stdin: nil)
        let journal = linux_open(attempt.directory.journal, O_RDWR | O_CREAT, 0o600)
        #expect(linux_lock(journal) == 0)
        #expect(try AttemptInspection.inspect(attempt.directory) == .running(supervisor: nil))
        close(journal)
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
    }

    @Test func anAttemptOutlivesWhoStartedIt() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: "echo up; read go <'\(gate.path)'; echo on; exit 6")
        #expect(await attempt.untilOutput("up"))
        attempt.forget()
        #expect(try attempt.adopt() == .running(supervisor: attempt.supervisor))
        gate.open()
        let exit = try #require(try await attempt.end())
        #expect(exit.exitCode == 6)
        #expect(try attempt.output() == "up\non\n")
        let frame = try #require(try attempt.records(.exit).first?.frame)
        #expect(try AttemptInspection.inspect(attempt.directory) == .ended(exit, frame: frame))
    }

    @Test func whatALostAttemptLeavesIsRemoved() async throws {
        let attempt = try AttemptFixture()
        // One of them in the command's own place, which dies with the supervisor,
        // and two that do not.
        try attempt.launch(
            script: "setsid sleep 3600 & sleep 3600 & echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        kill(attempt.supervisor, SIGKILL)
        #expect(try await attempt.end() == nil)
        #expect(try AttemptInspection.inspect(attempt.directory) == .lost)
        #expect(Remnants(markedBy: attempt.mark).kill().killed >= 2)
        #expect(try attempt.processes().isEmpty)
        #expect(Remnants(markedBy: attempt.mark).kill().killed == 0)
    }

    @Test func remnantsOfOthersAreLeftAlone() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        // A beginning of the entry is not the entry.
        #expect(Remnants(markedBy: String(attempt.mark.dropLast())).kill().killed == 0)
        #expect(Remnants(markedBy: attempt.mark + "x").kill().killed == 0)
        #expect(try AttemptInspection.inspect(attempt.directory) != .lost)
        #expect(
            try AttemptControl.cancel(
                attempt.directory, signal: SIGTERM, graceMicroseconds: 1_000_000) == .sent)
        #expect(try await attempt.end()?.cause == .cancelled)
    }

    @Test func nobodyTakesRequestsOnceItIsOver() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(["true"])
        #expect(try AttemptControl.send("cancel 15 0", to: attempt.directory) == .supervisorGone)
        try attempt.directory.removeTransient()
        #expect(try AttemptControl.send("cancel 15 0", to: attempt.directory) == .supervisorGone)
    }
}
