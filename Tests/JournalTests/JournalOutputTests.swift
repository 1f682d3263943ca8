import CLinux
import Journal
import JobTestSupport
import Testing

/// Positions and lines, checked against the plain bytes.
@Suite struct JournalOutputTests {
    @Test func tailFindsLinesAcrossFramesAndStreams() throws {
        let file = try JournalFile()
        file.addStart()
        let first = file.add(.stdout, "a\nb")
        let second = file.add(.stderr, "X\nY\n")
        let third = file.add(.stdout, "c\nd\n")
        file.addExit(journal_exit())
        try file.save()
        let reader = try JournalReader(path: file.path)
        // Together: a bX Y c d
        #expect(
            try reader.tail(lines: 1)
                == JournalLocation(offset: third.offset, skip: 2, position: 9))
        #expect(
            try reader.tail(lines: 2)
                == JournalLocation(offset: third.offset, skip: 0, position: 7))
        #expect(
            try reader.tail(lines: 4)
                == JournalLocation(offset: first.offset, skip: 2, position: 2))
        #expect(
            try reader.tail(lines: 99)
                == JournalLocation(offset: first.offset, skip: 0, position: 0))
        // Standard output alone: a bc d
        #expect(
            try reader.tail(lines: 2, stream: .stdout)
                == JournalLocation(offset: first.offset, skip: 2, position: 2))
        #expect(
            try reader.tail(lines: 1, stream: .stderr)
                == JournalLocation(offset: second.offset, skip: 2, position: 5))
        #expect(try reader.tail(lines: 0).position == 11)
    }

    @Test(arguments: 0..<40)
    func agreesWithTheBytes(round: Int) throws {
        // Printed with a failure, as the test's argument.
        var random = SeededGenerator(seed: UInt64(round) &* 7919 &+ 17)
        let file = try makeRandomJournal(&random)
        let reader = try JournalReader(path: file.path)
        #expect(try reader.read().records == file.records)
        #expect(try reader.lastFrame() == file.records.last?.frame)
        for stream in [nil, JournalStream.stdout, .stderr] {
            let model = OutputModel(file.records, stream: stream)
            let count = try stream.map(reader.outputBytes(of:)) ?? reader.outputBytes()
            #expect(count == UInt64(model.bytes.count))
            for _ in 0..<10 {
                let position = UInt64.random(in: 0...count + 2, using: &random)
                let location = try reader.locate(position, stream: stream)
                let rest = try reader.output(from: location, stream: stream)
                #expect(rest == Array(model.bytes.dropFirst(Int(position))))
            }
            for lines in [0, 1, 2, 3, 10, 1000] {
                let location = try reader.tail(lines: lines, stream: stream)
                let rest = try reader.output(from: location, stream: stream)
                #expect(rest == model.tail(lines))
            }
        }
    }

    private func makeRandomJournal(_ random: inout SeededGenerator) throws -> JournalFile {
        let file = try JournalFile()
        let kinds: [JournalKind] = [.stdout, .stdout, .stderr, .progress]
        file.addStart()
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            let isLarge = Int.random(in: 0..<12, using: &random) == 0
            let most = isLarge ? JournalFrame.maxPayload : 40
            let length = Int.random(in: 0...most, using: &random)
            let payload = (0..<length).map { _ in
                Int.random(in: 0..<(isLarge ? 9000 : 6), using: &random) == 0 ? 0x0a : UInt8(0x61)
            }
            file.add(kinds.randomElement(using: &random) ?? .stdout, payload)
        }
        try file.save()
        return file
    }
}

/// The output as plain bytes.
private struct OutputModel {
    let bytes: [UInt8]

    init(_ records: [JournalRecord], stream: JournalStream?) {
        bytes = records.filter { record in
            stream.map { $0.kind == record.frame.kind } ?? record.frame.kind.isOutput
        }.flatMap(\.payload)
    }

    func tail(_ lines: Int) -> [UInt8] {
        if lines == 0 { return [] }
        var parts = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        let kept = parts.suffix(lines)
        return Array(bytes[(kept.first?.startIndex ?? bytes.count)...])
    }
}

extension JournalReader {
    /// All output from there on.
    fileprivate func output(
        from location: JournalLocation, stream: JournalStream?
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try forEachFrame(from: location.offset) { frame, payload in
            guard stream.map({ $0.kind == frame.kind }) ?? frame.kind.isOutput else {
                return true
            }
            bytes += payload.dropFirst(frame.offset == location.offset ? location.skip : 0)
            return true
        }
        return bytes
    }
}
