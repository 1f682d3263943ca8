import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// A disk that is full for a while.
@Suite(
    .timeLimit(.minutes(2)), .enabled(if: SmallDisk.isPossible, "needs to mount a file system"))
struct DiskFullTests {
    @Test func theCommandWaitsAndNothingIsLost() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let path = disk.path
        let attempt = try AttemptFixture(in: path)
        let ballast = try disk.takeRoom(700 << 10)
        // More than fits beside the ballast, less than fits without.
        try attempt.launch(script: "seq 100000 | head -c 600000; echo done >&2")
        // The journal stops growing when the disk is full.
        #expect(await attempt.until { SmallDisk.room(in: path) == 0 })
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

    @Test func aWaitingCommandCanBeCancelled() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let path = disk.path
        let attempt = try AttemptFixture(in: path)
        let ballast = try disk.takeRoom(700 << 10)
        try attempt.launch(["yes"])
        #expect(await attempt.until { SmallDisk.room(in: path) == 0 })
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        // It ends, and that is recorded, though nobody makes room.
        let exit = try await attempt.end()
        #expect(exit?.cause == .cancelled)
        #expect(exit?.signal == SIGTERM)
        let scan = try JournalReader(path: attempt.directory.journal).read().scan
        #expect(scan.stop == .end)
        unlink(ballast)
    }

    /// What was taken ahead is given back.
    @Test func aFinishedJournalTakesWhatItHolds() async throws {
        let attempt = try AttemptFixture()
        #expect(try await attempt.run(script: "yes | head -c 3000000")?.exitCode == 0)
        var status = stat()
        #expect(stat(attempt.directory.journal, &status) == 0)
        #expect(Int64(status.st_blocks) * 512 < Int64(status.st_size) + 65_536)
    }

    @Test func aCommandThatWaitsForRoomIsNotStalled() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let path = disk.path
        let attempt = try AttemptFixture(in: path)
        let ballast = try disk.takeRoom(700 << 10)
        let gate = attempt.makeGate("gate")
        // It can say nothing until there is room, and is silent for good then.
        try attempt.launch(script: "seq 100000 | head -c 600000; read go <'\(gate.path)'") {
            $0.stallTimeoutMicroseconds = 1_000_000
        }
        #expect(await attempt.until { SmallDisk.room(in: path) == 0 })
        try await AttemptFixture.outlast(microseconds: 1_500_000)
        // A teardown would have ended all of them.
        #expect(try attempt.processes().count >= 2)
        unlink(ballast)
        #expect(try await attempt.end()?.cause == .stalled)
        #expect(try JournalReader(path: attempt.directory.journal).outputBytes() == 588_895)
    }

    @Test func nothingIsStartedBeforeThereIsRoomToSaySo() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let attempt = try AttemptFixture(in: disk.path)
        let ballast = disk.fill()
        try attempt.launch(["touch", fixture.root + "/ran"])
        #expect(try AttemptInspection.inspect(attempt.directory) == .running(supervisor: nil))
        #expect(!FileManager.default.fileExists(atPath: fixture.root + "/ran"))
        unlink(ballast)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(FileManager.default.fileExists(atPath: fixture.root + "/ran"))
    }

    @Test func whatWasCancelledBeforeThatNeverStarts() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let attempt = try AttemptFixture(in: disk.path)
        _ = disk.fill()
        try attempt.launch(["touch", fixture.root + "/ran"])
        _ = try AttemptControl.cancel(
            attempt.directory, signal: SIGTERM, graceMicroseconds: 60_000_000)
        #expect(try await attempt.end() == nil)
        #expect(try AttemptInspection.inspect(attempt.directory) == .neverStarted)
        #expect(!FileManager.default.fileExists(atPath: fixture.root + "/ran"))
    }

    @Test func whatIsAskedForBeforeThatIsRemembered() async throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let attempt = try AttemptFixture(in: disk.path)
        let ballast = disk.fill()
        let input = GrowingInput(attempt.directory, path: fixture.root + "/input")
        try attempt.launch(["cat"]) { $0.input = input.path }
        try input.append("given early")
        try input.send(isEnd: true)
        try input.send(size: 3, isEnd: false)
        // To nobody.
        _ = try AttemptControl.signal(attempt.directory, signal: SIGKILL, tree: false)
        _ = try AttemptControl.pause(attempt.directory)
        // All of it was taken by the supervisor.
        try await attempt.eventually { attempt.hasTakenRequests }
        unlink(ballast)
        try await attempt.eventually { try attempt.isStopped(atLeast: 1) }
        _ = try AttemptControl.resume(attempt.directory)
        #expect(try await attempt.end()?.exitCode == 0)
        #expect(try attempt.output() == "given early")
    }

    @Test func inputThatDoesNotFitLeavesNothing() throws {
        let fixture = try AttemptFixture()
        let disk = try SmallDisk(at: fixture.root + "/disk")
        let attempt = try AttemptFixture(in: disk.path)
        let error = #expect(throws: LaunchError.self) {
            try attempt.launch(["cat"]) { $0.stdin = [UInt8](repeating: 1, count: 2 << 20) }
        }
        #expect(error?.reason == .noRoom)
        #expect(!FileManager.default.fileExists(atPath: attempt.directory.path))
    }
}
