import CLinux
import JobRunner
import Journal
import Testing

/// Signals that are no teardown.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SignalTests {
    private func signal(_ attempt: AttemptFixture, _ signal: Int32, tree: Bool) throws {
        #expect(
            try AttemptControl.signal(attempt.directory, signal: signal, tree: tree) == .sent)
    }

    /// A script that says what signals it gets, and ends by SIGHUP.
    private static func listener(_ name: String) -> String {
        """
        trap 'echo \(name) usr1' USR1; trap 'echo \(name) usr2' USR2; trap 'exit 3' HUP
        echo \(name) up; while :; do sleep 3600 & wait $!; done
        """
    }

    @Test func itIsSentToTheCommandOrToAll() async throws {
        let attempt = try AttemptFixture()
        try attempt.launch([
            "bash", "-c",
            #"bash -c "$0" & setsid bash -c "$1" & eval "$2""#,
            Self.listener("child"), Self.listener("detached"), Self.listener("command"),
        ])
        for name in ["command", "child", "detached"] {
            #expect(await attempt.untilOutput("\(name) up\n"))
        }
        try signal(attempt, SIGUSR1, tree: false)
        #expect(await attempt.untilOutput("command usr1\n"))
        try signal(attempt, SIGUSR2, tree: true)
        // Had they got the first one, they would have said so before: bash runs
        // its traps in the order of their numbers.
        for name in ["command", "child", "detached"] {
            #expect(await attempt.untilOutput("\(name) usr2\n"))
        }
        try signal(attempt, SIGHUP, tree: true)
        let exit = try await attempt.end()
        #expect(exit?.cause == .exited)
        #expect(exit?.exitCode == 3)
        let lines = try attempt.output().split(separator: "\n").sorted()
        #expect(
            lines == [
                "child up", "child usr2", "command up", "command usr1", "command usr2",
                "detached up", "detached usr2",
            ])
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGUSR1], [false, true])
    func whoEndsByItWasNotCancelled(signal number: Int32, tree: Bool) async throws {
        let attempt = try AttemptFixture()
        try attempt.launch(script: "echo up; exec sleep 3600")
        #expect(await attempt.untilOutput("up"))
        try signal(attempt, number, tree: tree)
        let exit = try await attempt.end()
        #expect(exit?.cause == .exited)
        #expect(exit?.signal == number)
    }

    @Test func aCommandThatStopsItselfIsNotPaused() async throws {
        let attempt = try AttemptFixture()
        let script = #"""
            trap 'echo command usr1' USR1
            bash -c "$0" &
            echo pid $$ up; kill -STOP $$; echo on
            """#
        try attempt.launch(["bash", "-c", script, Self.listener("child")])
        #expect(await attempt.untilOutput("child up"))
        #expect(await attempt.untilOutput(" up\n"))
        try await attempt.eventually { try attempt.processes().contains(where: isStopped) }
        // It is not at its end; its child answers a signal.
        try signal(attempt, SIGUSR1, tree: true)
        #expect(await attempt.untilOutput("child usr1"))
        #expect(try attempt.processes().contains(where: isStopped))
        // Who asks that it go on means what stands still, whoever has stopped it.
        _ = try AttemptControl.resume(attempt.directory)
        let exit = try await attempt.end()
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output().hasSuffix("command usr1\non\n"))
    }

    private func isStopped(_ pid: Int32) -> Bool { AttemptFixture.isStopped(pid) }
}
