import CLinux
import JobRunner
import Journal
import Testing

/// Jobs that are paused, and go on.
@Suite(.serialized, .timeLimit(.minutes(2))) struct PauseTests {
    /// Four processes: the command, one in its group, and two in a session of
    /// their own whose parent is gone. The command ends when the gate opens.
    private func launchFamily(
        _ attempt: AttemptFixture, gate: Gate, first: String = "",
        _ change: (inout LaunchSpec) -> Void = { _ in }
    ) async throws {
        let script = """
            \(first)
            (setsid sh -c 'sleep 3600 & wait' &)
            sleep 3600 &
            echo up; read go <'\(gate.path)'; echo on; exit 7
            """
        try attempt.launch(script: script, change)
        #expect(await attempt.untilOutput("up"))
        // A shell's child that is not its program yet still has the shell's traps.
        try await attempt.eventually {
            try attempt.processes().count == 4 && attempt.processes(named: "sleep").count == 2
        }
    }

    private func pause(_ attempt: AttemptFixture) throws {
        #expect(try AttemptControl.pause(attempt.directory) == .sent)
    }

    private func resume(_ attempt: AttemptFixture) throws {
        #expect(try AttemptControl.resume(attempt.directory) == .sent)
    }

    @Test func everyProcessStopsAndGoesOn() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try await launchFamily(attempt, gate: gate)
        for _ in 0..<3 {
            try pause(attempt)
            try await attempt.eventually { try attempt.isStopped(atLeast: 4) }
            try pause(attempt)
            try resume(attempt)
            try await attempt.eventually {
                try !attempt.processes().contains(where: AttemptFixture.isStopped)
            }
            try resume(attempt)
        }
        gate.open()
        let exit = try await attempt.end()
        #expect(exit?.cause == .exited)
        #expect(exit?.exitCode == 7)
        #expect(try attempt.processes().isEmpty)
    }

    @Test(arguments: [false, true])
    func nothingHappensWhileItIsPaused(usesTerminal: Bool) async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try await launchFamily(attempt, gate: gate) { $0.usesTerminal = usesTerminal }
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 4) }
        gate.open()
        try await attempt.untilIdle()
        #expect(try attempt.isStopped(atLeast: 4))
        #expect(try !attempt.output().contains("on"))
        try resume(attempt)
        #expect(try await attempt.end()?.exitCode == 7)
    }

    /// Scripts of processes that never stop forking, though not ever more of them.
    private static let forkers = [
        "echo up; while :; do sleep 0.02 & sleep 0.001; done",
        "echo up; while :; do (setsid sleep 0.02 &) ; done",
        // One that leaves at each step, and lives on in its child.
        "f() { (f &) ; exit; }; f & echo up; while :; do sleep 3600; done",
    ]

    @Test(arguments: forkers)
    func processesThatKeepForkingStop(script: String) async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: script)
        #expect(await attempt.untilOutput("up"))
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 1) }
        let stopped = Set(try attempt.processes())
        try await attempt.untilIdle()
        #expect(try attempt.isStopped(atLeast: 1))
        #expect(Set(try attempt.processes()) == stopped)
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 20_000)
        #expect(try await attempt.end()?.survivors == 0)
        #expect(try attempt.processes().isEmpty)
    }

    /// The two limits that a clock keeps.
    enum Limit: CaseIterable, Sendable {
        case time
        case silence

        static let microseconds: Int64 = 2_000_000

        func set(_ spec: inout LaunchSpec) {
            switch self {
            case .time: spec.timeoutMicroseconds = Self.microseconds
            case .silence: spec.stallTimeoutMicroseconds = Self.microseconds
            }
        }
    }

    /// Starts an attempt, pauses it at once, and waits for longer than its limit.
    private func pauseForLong(_ attempt: AttemptFixture, script: String, limit: Limit) async throws
    {
        try attempt.launch(script: script) { limit.set(&$0) }
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 1) }
        try await AttemptFixture.outlast(microseconds: Limit.microseconds)
        #expect(try attempt.isStopped(atLeast: 1))
    }

    @Test(arguments: Limit.allCases)
    func itsTimeStandsStill(limit: Limit) async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try await pauseForLong(
            attempt, script: "read go <'\(gate.path)'; exit 7", limit: limit)
        try resume(attempt)
        gate.open()
        let exit = try await attempt.end()
        #expect(exit?.cause == .exited)
        #expect(exit?.exitCode == 7)
    }

    @Test(arguments: Limit.allCases)
    func whatWasLeftOfItsTimeIsLeft(limit: Limit) async throws {
        let attempt = try AttemptFixture()
        try await pauseForLong(attempt, script: "exec sleep 3600", limit: limit)
        try resume(attempt)
        let exit = try await attempt.end()
        #expect(exit?.cause == (limit == .time ? .timeout : .stalled))
        #expect(exit?.signal == SIGTERM)
    }

    @Test func aPausedJobCanBeCancelled() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try await launchFamily(attempt, gate: gate, first: "trap 'echo bye; exit 4' TERM") {
            // Were a clock to go on, it would end the grace.
            $0.timeoutMicroseconds = 3_600_000_000
            $0.stallTimeoutMicroseconds = 3_600_000_000
        }
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 4) }
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 3_600_000_000)
        // A request that comes late stops nothing any more; it may also find
        // nobody.
        _ = try AttemptControl.pause(attempt.directory)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        // The trap runs when the gate's read is over, be it by the signal or not.
        #expect(exit?.exitCode == 4)
        #expect(try attempt.output() == "up\nbye\n")
        #expect(try attempt.processes().isEmpty)
    }

    @Test func aPausedJobThatIgnoresTheCancelIsKilled() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        try await launchFamily(attempt, gate: gate, first: "trap '' TERM")
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 4) }
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 50_000)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGKILL)
        #expect(try attempt.processes().isEmpty)
    }

    @Test func whatAKilledCommandLeavesPausedGoesOn() async throws {
        let attempt = try AttemptFixture()
        // What it leaves says so, if it gets the time.
        let gate = attempt.makeGate("gate")
        try attempt.launch(
            script: """
                (trap '' TERM; setsid sh -c "read go <'\(gate.path)'; echo on") &
                echo up; wait
                """)
        #expect(await attempt.untilOutput("up"))
        try await attempt.eventually { try attempt.processes().count == 2 }
        try pause(attempt)
        try await attempt.eventually { try attempt.isStopped(atLeast: 2) }
        gate.open()
        _ = try AttemptControl.signal(attempt.directory, signal: SIGKILL, tree: false)
        let exit = try await attempt.end()
        #expect(exit?.cause == .exited)
        #expect(exit?.signal == SIGKILL)
        #expect(try attempt.output() == "up\non\n")
    }

    @Test func aShellThatLooksAfterItsJobsNoticesNothing() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        // With -m each job has a group of its own, and a stopped one is reported.
        let script = "set -m; echo up; sh -c \"read go <'\(gate.path)'\"; echo status $?; jobs"
        try attempt.launch(["bash", "-c", script])
        #expect(await attempt.untilOutput("up"))
        try await attempt.eventually { try attempt.processes().count == 2 }
        for _ in 0..<20 {
            try pause(attempt)
            try await attempt.eventually { try attempt.isStopped(atLeast: 2) }
            try resume(attempt)
            try await attempt.eventually {
                try !attempt.processes().contains(where: AttemptFixture.isStopped)
            }
        }
        gate.open()
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "up\nstatus 0\n")
        #expect(try attempt.output(.stderr) == "")
    }
}
