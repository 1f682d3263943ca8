import CLinux
import Journal
import Testing

/// What a kill, a power failure or another writer can leave behind.
@Suite struct JournalDamageTests {
    private func makeJournal() throws -> (file: JournalFile, last: JournalFrame) {
        let file = try JournalFile()
        file.addStart()
        file.add(.stdout, "whole\n")
        let last = file.add(.stderr, "the last frame's payload")
        return (file, last)
    }

    @Test func aTornTailIsIncompleteAtEveryByte() throws {
        let (file, last) = try makeJournal()
        for length in Int(last.offset) + 1..<file.bytes.count {
            try file.save(Array(file.bytes[..<length]))
            let reader = try JournalReader(path: file.path)
            let (records, scan) = try reader.read()
            #expect(records == Array(file.records.dropLast()), "\(length) bytes")
            #expect(scan == JournalScan(next: last.offset, stop: .incomplete), "\(length) bytes")
            #expect(try reader.forEachHeader { _ in true } == scan)
            #expect(try reader.lastFrame() == file.records[1].frame, "\(length) bytes")
            #expect(try reader.outputBytes() == last.position)
            #expect(try reader.isFrameBoundary(last.offset))
        }
        try file.save()
        #expect(try JournalReader(path: file.path).lastFrame() == last)
    }

    @Test func aTornTailThatIsCompletedIsRead() throws {
        let (file, last) = try makeJournal()
        try file.save(Array(file.bytes.dropLast(1)))
        let reader = try JournalReader(path: file.path)
        #expect(try reader.read().scan.stop == .incomplete)
        try file.save()
        let (records, scan) = try reader.read(from: last.offset)
        #expect(records == [file.records[2]])
        #expect(scan.stop == .end)
    }

    @Test(arguments: [1, 3, 4, 35, 36, 4096, 200_000])
    func aZeroFilledTailIsNotRead(zeros: Int) throws {
        let (file, _) = try makeJournal()
        try file.save(file.bytes + [UInt8](repeating: 0, count: zeros))
        let reader = try JournalReader(path: file.path)
        let (records, scan) = try reader.read()
        #expect(records == file.records)
        #expect(scan == JournalScan(next: UInt64(file.bytes.count), stop: .corrupt))
        #expect(try reader.lastFrame() == file.records.last?.frame)
        #expect(try reader.tail(lines: 1).position == 6)
    }

    @Test func anyDamagedByteOfTheLayoutIsNoticed() throws {
        let (file, last) = try makeJournal()
        file.add(.stdout, [UInt8](repeating: 0x78, count: 60_000))
        let start = Int(last.offset)
        // Its magic, kind, length and position, and its trailer; the times say
        // nothing that could be wrong by itself.
        let header = [0..<8, 24..<32].joined().map { start + $0 }
        let trailer = Int(last.end) - 4..<Int(last.end)
        for index in header + trailer {
            var bytes = file.bytes
            bytes[index] ^= 0x40
            try file.save(bytes)
            let (records, scan) = try JournalReader(path: file.path).read()
            #expect(records == Array(file.records[..<2]), "byte \(index)")
            #expect(scan == JournalScan(next: last.offset, stop: .corrupt), "byte \(index)")
        }
    }

    @Test func anImpossibleLengthIsCorruptNotIncomplete() throws {
        let (file, last) = try makeJournal()
        var bytes = file.bytes
        bytes[Int(last.offset) + 6] = 0x7f
        try file.save(bytes)
        #expect(try JournalReader(path: file.path).read().scan.stop == .corrupt)
    }

    @Test func outputThatLooksLikeAFrameIsNotTakenForOne() throws {
        let inner = try JournalFile()
        inner.add(.stdout, "inner")
        let file = try JournalFile()
        file.addStart()
        file.add(.stdout, "before\n")
        let last = file.add(.stdout, inner.bytes + [0x21])
        // The file ends where the inner frame does.
        let end = Int(last.payloadOffset) + inner.bytes.count
        try file.save(Array(file.bytes[..<end]))
        #expect(
            try JournalReader(path: file.path).lastFrame() == file.records[1].frame)
    }

    @Test func onlyFramesBeginningsAndTheEndAreBoundaries() throws {
        let (file, _) = try makeJournal()
        try file.save()
        let reader = try JournalReader(path: file.path)
        let boundaries = Set(file.records.map { Int($0.frame.offset) } + [file.bytes.count])
        for offset in 0...file.bytes.count + 100 {
            #expect(
                try reader.isFrameBoundary(UInt64(offset)) == boundaries.contains(offset),
                "\(offset)")
        }
        #expect(try !reader.isFrameBoundary(.max))
        #expect(try !reader.isFrameBoundary(UInt64(Int64.max)))
    }
}
