import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// What a launch makes, and what it leaves when it fails.
@Suite(.timeLimit(.minutes(2))) struct LauncherTests {
    private func failure(
        _ attempt: AttemptFixture, _ change: (inout LaunchSpec) -> Void = { _ in }
    ) -> LaunchError? {
        do {
            try attempt.launch(["true"], change)
            return nil
        } catch {
            return error as? LaunchError
        }
    }

    @Test func saysThatTheSupervisorIsMissing() throws {
        let attempt = try AttemptFixture()
        attempt.launcher = Launcher(supervisor: "/no/such/jobd-supervise")
        let error = try #require(failure(attempt))
        #expect(error.reason == .supervisorMissing)
        #expect(error.description.contains("/no/such/jobd-supervise"))
        #expect(!FileManager.default.fileExists(atPath: attempt.directory.path))
    }

    @Test func aCommandThatIsTooLongLeavesNothing() throws {
        let attempt = try AttemptFixture()
        let error = failure(attempt) { spec in
            spec.arguments = ["true", String(repeating: "x", count: 4 << 20)]
        }
        #expect(error?.reason == .commandTooLong)
        #expect(!FileManager.default.fileExists(atPath: attempt.directory.path))
    }

    @Test func aNULByteIsRefused() throws {
        let attempt = try AttemptFixture()
        #expect(failure(attempt) { $0.environment["A"] = "b\0c" }?.reason == .commandInvalid)
        #expect(!FileManager.default.fileExists(atPath: attempt.directory.path))
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() throws {
        let attempt = try AttemptFixture()
        try Data().write(to: URL(fileURLWithPath: attempt.root + "/jobs"))
        let error = try #require(failure(attempt))
        #expect(error.reason == .other)
        #expect(error.code == ENOTDIR)
        #expect(error.description.contains(attempt.root + "/jobs"))
    }

    @Test func anAttemptThatWasStartedIsNotReplaced() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(["echo", "first"])
        #expect(failure(attempt)?.reason == .alreadyStarted)
        #expect(try attempt.output() == "first\n")
    }

    @Test func anAttemptThatNeverStartedIsReplaced() async throws {
        let attempt = try AttemptFixture()
        try attempt.directory.create(stdin: Array("old".utf8))
        try Data().write(to: URL(fileURLWithPath: attempt.directory.journal))
        let exit = try await attempt.run(["cat"]) { $0.stdin = Array("new".utf8) }
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "new")
    }

    @Test func onlyTheJournalRemains() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(["cat"]) { $0.stdin = Array("x".utf8) }
        let files = FileManager.default
        #expect(
            Set(try files.contentsOfDirectory(atPath: attempt.directory.path))
                == ["journal", "control", "progress", "stdin"])
        for _ in 0..<2 { try attempt.directory.removeTransient() }
        #expect(try files.contentsOfDirectory(atPath: attempt.directory.path) == ["journal"])
        for _ in 0..<2 { try attempt.directory.remove() }
        #expect(!files.fileExists(atPath: attempt.directory.path))
    }

    @Test func othersMayNotLook() throws {
        let attempt = try AttemptFixture()
        try attempt.directory.create(stdin: [1])
        let directory = attempt.directory
        for (path, mode) in [
            (directory.path, 0o700), (directory.control, 0o600), (directory.progress, 0o600),
            (directory.stdin, 0o600),
        ] {
            let found = try FileManager.default.attributesOfItem(atPath: path)
            #expect(found[.posixPermissions] as? Int == mode, "\(path)")
        }
    }

    @Test func leavesNoDescriptorOpen() async throws {
        // Counted for one file only: other tests open files at the same time.
        let attempt = try AttemptFixture()
        _ = try await attempt.run(["true"])
        attempt.forget()
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap {
                try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\($0)")
            }
        #expect(open.filter { $0.hasPrefix(attempt.directory.path) } == [])
    }
}
