import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// What the command gets, and what is recorded of it.
@Suite(.timeLimit(.minutes(2))) struct CommandTests {
    @Test(arguments: [0, 1, 3, 255])
    func recordsTheExitCode(code: Int32) async throws {
        let exit = try await AttemptFixture().run(script: "exit \(code)")
        #expect(exit?.cause == .exited)
        #expect(exit?.exitCode == code)
        #expect(exit?.signal == nil)
        #expect(exit?.survivors == 0)
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV])
    func recordsTheSignal(signal: Int32) async throws {
        let exit = try await AttemptFixture().run(script: "kill -\(signal) $$")
        #expect(exit?.cause == .exited)
        #expect(exit?.signal == signal)
        #expect(exit?.exitCode == nil)
    }

    @Test func keepsTheStreamsApart() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(script: "echo out; echo err >&2; echo more")
        #expect(try attempt.output(.stdout) == "out\nmore\n")
        #expect(try attempt.output(.stderr) == "err\n")
    }

    @Test func givesInputAndItsEnd() async throws {
        let attempt = try AttemptFixture()
        let input = Array("first\nsecond, unfinished".utf8)
        let exit = try await attempt.run(["cat"]) { $0.stdin = input }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == String(decoding: input, as: UTF8.self))
    }

    @Test func withoutInputThereIsNoneToRead() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: "cat; readlink /proc/self/fd/0")
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "/dev/null\n")
    }

    @Test func theEnvironmentIsExactlyTheOneGiven() async throws {
        let attempt = try AttemptFixture()
        let environment = ["ONE": "1 =x", "EMPTY": "", "ÜML": "ä\nb", "PATH": "/usr/bin:/bin"]
        _ = try await attempt.run(["env", "-0"]) { $0.environment = environment }
        let expected = Set(environment.map { "\($0.key)=\($0.value)" })
        #expect(Set(try attempt.output().split(separator: "\0").map(String.init)) == expected)
    }

    @Test func looksAlongTheEnvironmentsPath() async throws {
        let attempt = try AttemptFixture()
        try FileManager.default.createSymbolicLink(
            atPath: attempt.root + "/only-here", withDestinationPath: "/bin/echo")
        let exit = try await attempt.run(["only-here", "an argument"]) {
            $0.environment["PATH"] = attempt.root
        }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "an argument\n")
    }

    @Test func startsInTheDirectoryGiven() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(["pwd"]) { $0.cwd = "/usr/bin" }
        #expect(try attempt.output() == "/usr/bin\n")
    }

    @Test func saysThatThereIsNoSuchProgram() async throws {
        let exit = try await AttemptFixture().run(["no-such-program-anywhere"])
        #expect(exit?.cause == .unstartable)
        #expect(exit?.stage == .exec)
        #expect(exit?.errorNumber == ENOENT)
        #expect(exit?.exitCode == nil)
    }

    @Test func saysThatAFileIsNoProgram() async throws {
        let exit = try await AttemptFixture().run(["/etc"])
        #expect(exit?.cause == .unstartable)
        #expect(exit?.stage == .exec)
        #expect(exit?.errorNumber == EACCES)
    }

    @Test func saysThatThereIsNoSuchDirectory() async throws {
        let exit = try await AttemptFixture().run(["true"]) { $0.cwd = "/no/such/directory" }
        #expect(exit?.cause == .unstartable)
        #expect(exit?.stage == .cwd)
        #expect(exit?.errorNumber == ENOENT)
    }

    @Test func leaksNoDescriptors() async throws {
        let attempt = try AttemptFixture()
        // Some of ours that exec would pass on.
        let ours = (0..<20).map { _ in open("/dev/null", O_RDONLY) }
        defer { ours.forEach { close($0) } }
        // The shell expands the pattern itself; 3 is what it has open for that.
        _ = try await attempt.run(["ls", "/proc/self/fd"])
        #expect(try attempt.output() == "0\n1\n2\n3\n")
    }

    @Test func leadsASessionWithDefaultSignals() async throws {
        let attempt = try AttemptFixture()
        let script = """
            grep -E '^Sig(Blk|Ign)' /proc/self/status
            cut -d' ' -f1,5,6 /proc/$$/stat
            """
        _ = try await attempt.run(["/bin/sh", "-c", script])
        let lines = try attempt.output().split(separator: "\n")
        let none = String(repeating: "0", count: 16)
        #expect(lines.first == "SigBlk:\t\(none)")
        #expect(lines.dropFirst().first == "SigIgn:\t\(none)")
        let numbers = Set(lines.last?.split(separator: " ") ?? [])
        #expect(numbers.count == 1, "pid, group and session are the same: \(lines)")
    }

    @Test func manyQuickOnesInARow() async throws {
        for number in 0..<200 {
            let attempt = try AttemptFixture()
            let exit = try await attempt.run(["echo", "\(number)"])
            #expect(exit?.exitCode == 0)
            #expect(try attempt.output() == "\(number)\n")
        }
    }

    @Test func recordsWhatWasUsed() async throws {
        let attempt = try AttemptFixture()
        // dd fills one block of that size in memory.
        let exit = try #require(
            try await attempt.run(script: "dd if=/dev/zero of=/dev/null bs=64M count=3; true"))
        #expect(exit.maxRSSBytes >= 64 << 20)
        #expect(exit.cpuMicroseconds > 0)
    }
}
