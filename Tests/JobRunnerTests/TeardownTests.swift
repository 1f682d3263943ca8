import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// How a job's processes are ended, all of them.
@Suite(.timeLimit(.minutes(2))) struct TeardownTests {
    /// Longer than any test may take.
    private static let never: Int64 = 3_600_000_000
    /// For commands that do not end by a signal they can ignore.
    private static let short: Int64 = 100_000

    private func cancel(
        _ attempt: AttemptFixture, signal: Int32 = SIGTERM, grace: Int64 = never
    ) throws {
        let delivery = try AttemptControl.cancel(
            attempt.directory, signal: signal, graceMicroseconds: grace)
        #expect(delivery == .sent)
    }

    @Test func cancelSignalsTheCommand() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGTERM)
        #expect(try attempt.processes().isEmpty)
    }

    @Test func cancelCanUseAnotherSignal() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(
            script: "trap 'echo int; exit 9' INT; echo up; while :; do sleep 3600 & wait; done")
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt, signal: SIGINT, grace: Self.short)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.exitCode == 9)
        #expect(try attempt.output() == "up\nint\n")
        #expect(try attempt.processes().isEmpty)
    }

    @Test func outputOfTheGraceIsKept() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(
            script: """
                trap 'seq 100000; exit 4' TERM; echo up; while :; do sleep 3600 & wait; done
                """)
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt)
        #expect(try await attempt.end()?.exitCode == 4)
        #expect(try attempt.output().hasSuffix("\n99999\n100000\n"))
    }

    @Test func whoIgnoresTheSignalIsKilledAfterTheGrace() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "trap '' TERM INT HUP; echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt, grace: Self.short)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGKILL)
        #expect(try attempt.processes().isEmpty)
    }

    @Test func aSecondCancelShortensTheGrace() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(
            script: """
                trap 'echo ignored' TERM; echo up; while :; do sleep 3600 & wait; done
                """)
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt, grace: Self.never)
        #expect(await attempt.untilOutput("ignored"))
        // A longer one changes nothing, and no second signal is sent.
        try cancel(attempt, grace: Self.never)
        try cancel(attempt, grace: 0)
        let exit = try await attempt.end()
        #expect(exit?.signal == SIGKILL)
        #expect(try attempt.output() == "up\nignored\n")
    }

    @Test func requestsItDoesNotKnowAreIgnored() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        let lines = [
            "", "cancel", "cancel x 1", "cancel 0 0", "cancel 15", "cancel 9 0 0", "cancel 99 0",
            "cancel 15 99999999999999999999", "dance 15 0", "signal",
            "signal 0", "signal 65", "signal 9 9", "signal-tree", "signal-tree 0", "pause 1",
            "resume now", "input", "input -1", "input 1 2", "input-end x", "signals 9",
            "input 99999999999999999999", String(repeating: "x", count: 2000),
        ]
        for line in lines {
            #expect(try AttemptControl.send(line, to: attempt.directory) == .sent)
        }
        try cancel(attempt)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGTERM)
    }

    @Test func theTimeLimitEndsIt() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["sleep", "3600"]) { $0.timeoutMicroseconds = 50_000 }
        #expect(exit?.cause == .timeout)
        #expect(exit?.signal == SIGTERM)
    }

    @Test func theFirstCauseCounts() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(
            script: "trap 'echo late; exit 0' TERM; echo up; while :; do sleep 3600 & wait; done"
        ) { $0.timeoutMicroseconds = 50_000 }
        _ = await attempt.untilOutput("late")
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGKILL, graceMicroseconds: 0)
        #expect(try await attempt.end()?.cause == .timeout)
    }

    @Test func sigtermToTheSupervisorIsAShutdown() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        kill(attempt.supervisor, SIGTERM)
        let exit = try await attempt.end()
        #expect(exit?.cause == .shutdown)
        #expect(exit?.signal == SIGTERM)
        #expect(try attempt.processes().isEmpty)
    }

    /// Scripts that end and leave something behind, or that do not want to end.
    private static let families: [String] = [
        // In a session of its own, as daemons are.
        "setsid sleep 3600 & echo up",
        // Its parent is gone as well.
        "(setsid sh -c 'sleep 3600 & sleep 3600' & ) & echo up",
        // It ignores what it can.
        "(trap '' TERM HUP; setsid sleep 3600 & sleep 3600) & sleep 0.01; echo up",
        // It is stopped.
        "sleep 3600 & kill -STOP $!; echo up",
    ]

    @Test(arguments: families)
    func whatACommandLeavesBehindEndsWithIt(script: String) async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: script) { $0.graceMicroseconds = Self.short }
        #expect(exit?.cause == .exited)
        #expect(exit?.exitCode == 0)
        #expect(exit?.survivors == 0)
        #expect(try attempt.output() == "up\n")
        #expect(try attempt.processes().isEmpty)
    }

    @Test(arguments: families)
    func cancelReachesWhatLeftTheGroup(script: String) async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: script + "; while :; do sleep 3600; done")
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt, grace: Self.short)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.survivors == 0)
        #expect(try attempt.processes().isEmpty)
    }

    /// Scripts of processes that do not stop forking while they are torn down; those
    /// whose children stay end at a number, or a busy machine would run out of
    /// processes before anybody comes to tear them down.
    private static let forkers = [
        "trap '' TERM; echo up; for i in $(seq 4000); do sleep 3600 & done; wait",
        "trap '' TERM; echo up; for i in $(seq 4000); do (setsid sleep 3600 &) ; done; sleep 3600",
        // One that leaves at each step, and lives on in its child.
        "f() { (f &) ; exit; }; trap '' TERM; echo up; f",
    ]

    @Test(arguments: forkers)
    func processesThatKeepForkingEnd(script: String) async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: script)
        #expect(await attempt.untilOutput("up"))
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 20_000)
        let exit = try await attempt.end()
        #expect(exit?.survivors == 0)
        #expect(try attempt.processes().isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func whoMayNotBeSignalledIsCounted() async throws {
        let attempt = try AttemptFixture()
        // The supervisor is nobody; the command becomes root, as sudo does.
        let wrapper = attempt.root + "/as-nobody"
        let escalate = attempt.root + "/as-root"
        let program =
            "#!/bin/sh\nexec setpriv --reuid 65534 --clear-groups "
            + "'\(SupervisorBinary.path)' \"$@\"\n"
        try program.write(toFile: wrapper + ".sh", atomically: true, encoding: .utf8)
        // Made by other processes: a program that ours has open for writing, or
        // one that another test is just forking from it, cannot be executed.
        let install =
            "install -m 755 '\(wrapper).sh' '\(wrapper)'"
            + " && install -m 4755 /usr/bin/setpriv '\(escalate)'"
        #expect(system(install) == 0)
        attempt.launcher = Launcher(supervisor: wrapper)
        try attempt.launch([
            escalate, "--reuid", "0", "sh", "-c", "echo up; while :; do sleep 3600; done",
        ])
        #expect(await attempt.untilOutput("up"))
        try cancel(attempt, grace: 0)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        let left = try attempt.processes()
        #expect(left.count == 2)
        #expect(exit?.survivors == UInt32(left.count))
        #expect(Remnants(markedBy: attempt.mark).kill().killed == left.count)
        #expect(try attempt.processes().isEmpty)
    }
}
