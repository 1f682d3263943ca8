import CLinux
import Foundation
import Glibc
import Journal
import Testing

/// The two clocks of a frame, and journals that have only one.
@Suite struct JournalClockTests {
    @Test func aStepOfTheWallClockIsInTheFrames() throws {
        let file = try JournalFile()
        file.addStart()
        let before = file.add(.stdout, "before\n")
        file.step = -3_600_000_000
        let after = file.add(.stdout, "after\n")
        try file.save()
        let reader = try JournalReader(path: file.path)
        let frames = try reader.read().records.map(\.frame)
        #expect(frames == file.records.map(\.frame))
        #expect(frames.map(\.step) == [0, 0, -3_600_000_000])
        #expect(after.time - before.time == 7)
        #expect(after.wall < before.wall)
        // Found from the end although the wall clock went back there.
        #expect(try reader.lastFrame() == after)
        #expect(try reader.tail(lines: 2).position == 0)
    }

    /// A journal that the program wrote before its frames had two clocks; its
    /// supervisor may outlive the upgrade.
    @Test func aJournalOfTheFirstLayoutIsRead() throws {
        let bytes = try #require(Data(base64Encoded: Self.first))
        let file = try JournalFile()
        try file.save([UInt8](bytes))
        let reader = try JournalReader(path: file.path)
        let (records, scan) = try reader.read()
        #expect(scan == JournalScan(next: UInt64(bytes.count), stop: .end))
        try #require(records.map(\.frame.kind) == [.start, .stdout, .stderr, .stdout, .exit])
        #expect(records.map(\.frame.step) == [0, 0, 0, 0, 0])
        #expect(records.first?.frame.time == 1_795_802_092_742_795)
        #expect(records[1].payload == Array("10% first\n".utf8))
        #expect(records[3].payload == Array("50% second\n".utf8))
        #expect(try reader.supervisorPID() == 867)
        let (exit, frame) = try #require(try reader.exit())
        #expect(exit.exitCode == 3)
        #expect(frame.position == 26)
        #expect(try reader.lastFrame() == frame)
        #expect(try reader.tail(lines: 1).position == 15)
        // Cut anywhere, it is a journal that is being written.
        for length in 1..<bytes.count where !records.contains(where: { $0.frame.end == length }) {
            try file.save([UInt8](bytes.prefix(length)))
            let stop = try JournalReader(path: file.path).read().scan.stop
            #expect(stop == .incomplete, "\(length) bytes")
        }
    }

    @Test func aTimeThatNoClockShowsIsNoFrame() throws {
        let file = try JournalFile()
        file.addStart()
        for offset in [8, 16] {
            var bytes = file.bytes
            bytes[offset + 7] = 0x7f
            try file.save(bytes)
            #expect(try JournalReader(path: file.path).read().scan.stop == .corrupt)
        }
    }

    private static let first =
        "SkJKAQEAAACLKNPBRWEGAAAAAAAAAAAACAAAAAAAAABjAwAAAAAAAAgAAABKQkoBAgAAAFEt08FF"
        + "YQYAAAAAAAAAAAAKAAAAAAAAADEwJSBmaXJzdAoKAAAASkJKAQMAAAAPx9fBRWEGAAoAAAAAAAAA"
        + "BQAAAAAAAABvb3BzCgUAAABKQkoBAgAAAEdg3MFFYQYADwAAAAAAAAALAAAAAAAAADUwJSBzZWNv"
        + "bmQKCwAAAEpCSgEFAAAAtmDcwUVhBgAaAAAAAAAAADAAAAAAAAAAAAAAAAADAAAAAAAAAAAAADEJ"
        + "AAAAAAAAlAQAAAAAAAAA4BkAAAAAAAAAAAAAAAAAMAAAAA=="
}
