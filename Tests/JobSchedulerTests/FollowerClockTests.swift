import CLinux
import Foundation
import JobModel
import JobRunner
import JobTestSupport
import Journal
import ProgressRecognition
import Testing

@testable import JobScheduler

/// What becomes of an attempt's readings when the wall clock is set.
@Suite struct FollowerClockTests {
    private static let start: Int64 = 1_800_000_000_000_000
    private static let hour: Int64 = 3_600_000_000

    /// Bytes of a frame that began `milliseconds` after the start.
    private static func frame(
        _ kind: JournalKind, _ payload: [UInt8], at milliseconds: Int64, step: Int64
    ) -> [UInt8] {
        let time = start + milliseconds * 1000
        let header = journal_header(
            magic: JOURNAL_MAGIC, kind_and_length: kind.rawValue << 24 | UInt32(payload.count),
            wall_us: UInt64(time + step), time_us: UInt64(time), position: 0)
        return withUnsafeBytes(of: header, Array.init) + payload
            + withUnsafeBytes(of: UInt32(payload.count), Array.init)
    }

    private static func follower(in directory: TemporaryDirectory) -> Follower {
        Follower(
            AttemptID(job: JobID(rawValue: 1), number: 1),
            spec: JobSpec(command: .arguments(["true"])), granted: [:],
            directory: AttemptDirectory(path: directory.path), derived: 0,
            tracker: ProgressTracker(intervalMicroseconds: 100_000, resumed: nil))
    }

    @Test(arguments: [-hour, hour])
    func readingsGoOnAndAreStampedByTheWallClock(step: Int64) throws {
        let directory = try TemporaryDirectory()
        var bytes = Self.frame(.start, [UInt8](repeating: 0, count: 8), at: 0, step: 0)
        for index in 0..<10 {
            bytes += Self.frame(
                .progress, Array("\(index * 10)".utf8), at: Int64(index) * 1000,
                step: index < 4 ? 0 : step)
        }
        let follower = Self.follower(in: directory)
        try Data(bytes).write(to: URL(filePath: follower.directory.journal))
        _ = try follower.read(buffer: JournalBuffer(), maxBytes: .max)
        #expect(follower.readings.count == 10)
        for (index, reading) in follower.readings.enumerated() {
            let wall = Self.start + Int64(index) * 1_000_000 + (index < 4 ? 0 : step)
            #expect(reading.time.microseconds == wall, "reading \(index)")
        }
        let last = try #require(follower.readings.last)
        #expect(last.progress.etaSeconds.map { $0 < 3 } == true)
        #expect(follower.clock.elapsed == 9_000_000)
    }

    /// A reading that waits for its turn is due after what remains of the interval.
    @Test func whatIsHeldIsDueSoonThoughTheClockWasSetBack() throws {
        let directory = try TemporaryDirectory()
        let follower = Self.follower(in: directory)
        var bytes = Self.frame(.progress, Array("10".utf8), at: 0, step: 0)
        bytes += Self.frame(.progress, Array("20".utf8), at: 30, step: -Self.hour)
        try Data(bytes).write(to: URL(filePath: follower.directory.journal))
        _ = try follower.read(buffer: JournalBuffer(), maxBytes: .max)
        #expect(follower.readings.count == 1)
        let due = try #require(follower.tracker.due)
        let read = SuspendingClock.now
        #expect(due - follower.clock.now(at: read) <= 70_000)
        follower.flush(at: follower.clock.now(at: read.advanced(by: .milliseconds(70))))
        #expect(follower.readings.count == 2)
        #expect(follower.readings.last?.time.microseconds == Self.start + 30_000 - Self.hour)
    }

    @Test func aClockThatGoesALittleUnevenlyWasNotSet() {
        var clock = AttemptClock()
        let steps: [Int64] = [3, 900, -200, 9_999, 12_000, 11_000, 0]
        let changes = steps.map { step in
            clock.take(
                JournalFrame(
                    kind: .stdout, time: Self.start, wall: Self.start + step, position: 0,
                    offset: 0, length: 0), at: .now)
        }
        #expect(changes == [false, false, false, false, true, false, true])
    }
}
