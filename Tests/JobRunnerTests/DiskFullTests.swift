import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// A disk that is full for a while.
@Suite(.timeLimit(.minutes(2))) struct DiskFullTests {
    /// A file system of that size, for as long as it is needed.
    private struct SmallDisk: ~Copyable {
        let path: String

        /// Nil if it cannot be mounted here.
        init?(at path: String, size: String) {
            mkdir(path, 0o700)
            guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else { return nil }
            self.path = path
        }

        deinit {
            umount2(path, Int32(MNT_DETACH))
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func theCommandWaitsAndNothingIsLost() async throws {
        let fixture = try AttemptFixture()
        guard let disk = SmallDisk(at: fixture.root + "/disk", size: "1m") else { return }
        let attempt = try AttemptFixture(in: disk.path)
        let ballast = disk.path + "/ballast"
        try Data(count: 700 << 10).write(to: URL(fileURLWithPath: ballast))
        // More than fits beside the ballast, less than fits without.
        try attempt.launch(script: "seq 100000 | head -c 600000; echo done >&2")
        // The journal stops growing when the disk is full.
        #expect(await attempt.until { Self.room(in: disk.path) == 0 })
        #expect(try attempt.records(.stderr).isEmpty)
        #expect(try AttemptInspection.inspect(attempt.directory) != .lost)
        unlink(ballast)
        #expect(try await attempt.end()?.exitCode == 0)
        let expected = (1...100000).map { "\($0)\n" }.joined().utf8.prefix(600_000)
        #expect(try attempt.records(.stdout).flatMap(\.payload).elementsEqual(expected))
        #expect(try attempt.output(.stderr) == "done\n")
        let scan = try JournalReader(path: attempt.directory.journal).read().scan
        #expect(scan.stop == .end)
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func aWaitingCommandCanBeCancelled() async throws {
        let fixture = try AttemptFixture()
        guard let disk = SmallDisk(at: fixture.root + "/disk", size: "1m") else { return }
        let attempt = try AttemptFixture(in: disk.path)
        let ballast = disk.path + "/ballast"
        try Data(count: 700 << 10).write(to: URL(fileURLWithPath: ballast))
        try attempt.launch(["yes"])
        #expect(await attempt.until { Self.room(in: disk.path) == 0 })
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        // The processes end though nothing can be recorded yet.
        while try !attempt.processes().isEmpty { await Task.yield() }
        unlink(ballast)
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGTERM)
    }

    /// Leaves no room on the disk.
    private func fill(_ disk: borrowing SmallDisk) throws -> String {
        let ballast = disk.path + "/ballast"
        let file = linux_open(ballast, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let part = [UInt8](repeating: 1, count: 65_536)
        while linux_write(file, part, part.count) > 0 {}
        #expect(Self.room(in: disk.path) == 0)
        return ballast
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func nothingIsStartedBeforeThereIsRoomToSaySo() async throws {
        let fixture = try AttemptFixture()
        guard let disk = SmallDisk(at: fixture.root + "/disk", size: "1m") else { return }
        let attempt = try AttemptFixture(in: disk.path)
        let ballast = try fill(disk)
        try attempt.launch(["touch", fixture.root + "/ran"])
        #expect(try AttemptInspection.inspect(attempt.directory) == .running(supervisor: nil))
        #expect(!FileManager.default.fileExists(atPath: fixture.root + "/ran"))
        unlink(ballast)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: fixture.root + "/ran"))
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func whatWasCancelledBeforeThatNeverStarts() async throws {
        let fixture = try AttemptFixture()
        guard let disk = SmallDisk(at: fixture.root + "/disk", size: "1m") else { return }
        let attempt = try AttemptFixture(in: disk.path)
        _ = try fill(disk)
        try attempt.launch(["touch", fixture.root + "/ran"])
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        #expect(try await attempt.end() == nil)
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
        #expect(!FileManager.default.fileExists(atPath: fixture.root + "/ran"))
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func inputThatDoesNotFitLeavesNothing() throws {
        let fixture = try AttemptFixture()
        guard let disk = SmallDisk(at: fixture.root + "/disk", size: "1m") else { return }
        let attempt = try AttemptFixture(in: disk.path)
        let error = #expect(throws: LaunchError.self) {
            try attempt.launch(["cat"]) { $0.stdin = [UInt8](repeating: 1, count: 2 << 20) }
        }
        #expect(error?.reason == .noRoom)
        #expect(!FileManager.default.fileExists(atPath: attempt.directory.path))
    }

    private static func room(in path: String) -> UInt {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? UInt(status.f_bavail) : .max
    }
}
