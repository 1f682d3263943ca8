import CLinux
import Foundation
import Glibc
import JobModel
import JobRunner
import Journal
import Testing

/// What a command may use of the machine.
@Suite(.timeLimit(.minutes(2))) struct LimitTests {
    @Test func theCommandIsLimitedAndTheSupervisorIsNot() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(
            script: """
                ulimit -d; ulimit -t; ulimit -n; ulimit -Hn; cat /proc/self/limits
                nice; ionice; echo up; exec sleep 3600
                """
        ) {
            $0.limits = ResourceLimits(
                memoryBytes: 64 << 20, cpuSeconds: 100, openFiles: 50, processes: 4321, nice: 7,
                io: .low)
        }
        #expect(await attempt.untilOutput("up"))
        let lines = try attempt.output().split(separator: "\n").map(String.init)
        #expect(lines.prefix(4) == ["65536", "100", "50", "50"])
        #expect(lines.contains { $0.hasPrefix("Max processes") && $0.contains(" 4321 ") })
        // Ten seconds of grace after the signal.
        #expect(lines.contains { $0.hasPrefix("Max cpu time") && $0.contains(" 110 ") })
        #expect(lines.suffix(3) == ["7", "best-effort: prio 7", "up"])
        let own = try String(contentsOfFile: "/proc/\(attempt.supervisor)/limits", encoding: .utf8)
        let data = own.split(separator: "\n").first { $0.hasPrefix("Max data size") }
        #expect(data?.contains(" \(64 << 20) ") == false)
        let which = __priority_which_t(PRIO_PROCESS.rawValue)
        #expect(getpriority(which, id_t(attempt.supervisor)) == getpriority(which, 0))
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        _ = try await attempt.end()
    }

    @Test func memoryThatIsTooMuchIsNotToBeHad() async throws {
        let attempt = try AttemptFixture()
        // A shell that keeps 64 MiB in a variable.
        let script = "x=$(head -c 67108864 /dev/zero | tr '\\0' x); echo ${#x}"
        let exit = try await attempt.run(script: script) {
            $0.limits.memoryBytes = 32 << 20
        }
        #expect(exit?.cause == .exited && exit?.exitCode != 0)
        #expect(try !attempt.output().contains("67108864"))
    }

    @Test func processorTimeEndsWithItsSignal() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["sh", "-c", "while :; do :; done"]) {
            $0.limits.cpuSeconds = 1
        }
        #expect(exit?.signal == SIGXCPU)
    }

    @Test func whoIgnoresThatIsKilled() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["sh", "-c", "trap '' XCPU; while :; do :; done"]) {
            $0.limits.cpuSeconds = 1
            $0.graceMicroseconds = 0
        }
        #expect(exit?.signal == SIGKILL)
        #expect((exit?.cpuMicroseconds ?? 0) > 1_500_000)
    }

    @Test func aLimitThatCannotBeSetIsNamed() async throws {
        let attempt = try AttemptFixture()
        // Beyond /proc/sys/fs/nr_open not even root may go: setrlimit(2).
        let exit = try await attempt.run(["true"]) { $0.limits.openFiles = 1 << 40 }
        #expect(exit?.cause == .unstartable && exit?.stage == .files)
        #expect(exit?.errorNumber == EPERM)
    }

    @Test(.enabled(if: geteuid() == 0)) func anotherUserForGood() async throws {
        let attempt = try AttemptFixture()
        let script = """
            id -u; id -g; id -G; grep NoNewPrivs /proc/self/status
            echo to the device >/dev/stdout; echo error >/dev/stderr
            cat '\(attempt.directory.journal)'; cat; kill -0 $PPID; echo 50% >$JOBD_PROGRESS
            """
        let place = "/run/jobd-progress/test-\(getpid())"
        let directory = AttemptDirectory(
            path: attempt.directory.path, progress: "\(place)/1-1")
        defer { rmdir(place) }
        try attempt.launch(["/bin/sh", "-c", script]) {
            $0.directory = directory
            $0.environment["JOBD_PROGRESS"] = directory.progress
            $0.stdin = Array("given\n".utf8)
            $0.account = Account(
                name: "somebody", user: 54_321, group: 54_322, groups: [54_322, 54_323],
                home: "/", shell: "/bin/sh")
        }
        _ = try await attempt.end()
        try directory.removeTransient()
        let lines = try attempt.output().split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "54321", "54322", "54322 54323", "NoNewPrivs:\t1", "to the device", "given",
            ])
        let errors = try attempt.output(.stderr)
        #expect(errors.contains("error\n"))
        #expect(errors.contains("journal: Permission denied"))
        // The supervisor is somebody else's.
        #expect(errors.contains("Operation not permitted") || errors.contains("No such process"))
        #expect(try attempt.output(.progress) == "50%\n")
    }

    @Test(.enabled(if: geteuid() == 0), arguments: [false, true])
    func anotherUsersJobIsSignalledAndTornDown(usesTerminal: Bool) async throws {
        let attempt = try AttemptFixture()
        let script = "tty; echo > /dev/tty; trap '' TERM; sleep 3600 & echo up; wait; sleep 3600"
        try attempt.launch(["/bin/sh", "-c", script]) {
            $0.usesTerminal = usesTerminal
            $0.account = Account(
                name: "somebody", user: 54_321, group: 54_322, groups: [], home: "/",
                shell: "/bin/sh")
        }
        #expect(await attempt.untilOutput("up"))
        _ = try AttemptControl.pause(attempt.directory)
        try await attempt.eventually { try attempt.isStopped(atLeast: 2) }
        _ = try AttemptControl.resume(attempt.directory)
        _ = try AttemptControl.cancel(attempt.directory, signal: SIGTERM, graceMicroseconds: 1000)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled && exit?.survivors == 0)
        #expect(try attempt.processes().isEmpty)
        if usesTerminal { #expect(try attempt.output().hasPrefix("/dev/pts/")) }
    }

    @Test(.enabled(if: geteuid() == 0)) func theCommandDiesWithItsSupervisorAsAnotherUserToo()
        async throws
    {
        let attempt = try AttemptFixture()
        try attempt.launch(["/bin/sh", "-c", "echo up; exec sleep 3600"]) {
            $0.account = Account(
                name: "somebody", user: 54_321, group: 54_322, groups: [], home: "/",
                shell: "/bin/sh")
        }
        #expect(await attempt.untilOutput("up"))
        kill(attempt.supervisor, SIGKILL)
        _ = try await attempt.end()
        try await attempt.eventually { try attempt.processes().isEmpty }
    }
}
