import CLinux
import Glibc
import Journal
import Testing

@Suite struct JournalReaderTests {
    /// A journal with frames of all kinds, some empty, some as large as can be.
    private func makeJournal() throws -> JournalFile {
        let file = try JournalFile()
        file.addStart()
        file.add(.stdout, "one\ntwo\n")
        file.add(.stderr, "")
        file.add(.progress, "1/2\n")
        file.add(.stderr, [UInt8](repeating: 0x78, count: JournalFrame.maxPayload))
        file.add(.stdout, "three")
        file.addExit(journal_exit())
        try file.save()
        return file
    }

    @Test func readsWhatWasWritten() throws {
        let file = try makeJournal()
        let (records, scan) = try JournalReader(path: file.path).read()
        #expect(records == file.records)
        #expect(scan == JournalScan(next: UInt64(file.bytes.count), stop: .end))
    }

    @Test func skipsPayloads() throws {
        let file = try makeJournal()
        var frames: [JournalFrame] = []
        let scan = try JournalReader(path: file.path).forEachHeader { frame in
            frames.append(frame)
            return true
        }
        #expect(frames == file.records.map(\.frame))
        #expect(scan.stop == .end)
    }

    @Test func goesOnFromAnyFrame() throws {
        let file = try makeJournal()
        let reader = try JournalReader(path: file.path)
        for (index, record) in file.records.enumerated() {
            let (records, _) = try reader.read(from: record.frame.offset)
            #expect(records == Array(file.records[index...]))
            #expect(try reader.payload(of: record.frame) == record.payload)
        }
    }

    @Test func stopsAtTheLimitButGivesOneFrame() throws {
        let file = try makeJournal()
        let reader = try JournalReader(path: file.path)
        var records: [JournalRecord] = []
        var next: UInt64 = 0
        while true {
            let part = try reader.read(from: next, maxBytes: 100)
            if part.records.isEmpty { break }
            let size = part.scan.next - next
            #expect(size <= 100 || part.records.count == 1)
            records += part.records
            next = part.scan.next
        }
        #expect(records == file.records)
    }

    @Test func stopsWhenTold() throws {
        let file = try makeJournal()
        var seen = 0
        let scan = try JournalReader(path: file.path).forEachFrame { _, _ in
            seen += 1
            return seen < 2
        }
        #expect(scan == JournalScan(next: file.records[2].frame.offset, stop: .limit))
    }

    @Test func followsAGrowingFile() throws {
        let file = try JournalFile()
        let reader = try JournalReader(path: file.path)
        var next: UInt64 = 0
        var texts: [[UInt8]] = []
        for number in 0..<50 {
            file.add(.stdout, "line \(number)\n")
            try file.save()
            let (records, scan) = try reader.read(from: next)
            texts += records.map(\.payload)
            next = scan.next
        }
        #expect(texts == file.records.map(\.payload))
    }

    @Test func sharesABuffer() throws {
        let first = try makeJournal()
        let second = try JournalFile()
        for number in 0..<10 { second.add(.stderr, "\(number)") }
        try second.save()
        let buffer = JournalBuffer()
        let one = try JournalReader(path: first.path, buffer: buffer)
        let two = try JournalReader(path: second.path, buffer: buffer)
        #expect(try one.read(maxBytes: 1).records == [first.records[0]])
        #expect(try two.read(maxBytes: 1).records == [second.records[0]])
        #expect(try one.read().records == first.records)
        #expect(try two.read().records == second.records)
    }

    @Test func decodesStartAndExit() throws {
        let file = try JournalFile()
        file.addStart(pid: 1234)
        let frame = file.addExit(
            journal_exit(
                cause: Int32(JOURNAL_CAUSE_TIMEOUT), wait_status: 15, stage: 0, error_number: 0,
                user_us: 20, system_us: 22, max_rss_bytes: 4096, survivors: 3, flags: 0))
        try file.save()
        let reader = try JournalReader(path: file.path)
        #expect(try reader.supervisorPID() == 1234)
        let found = try #require(try reader.exit())
        #expect(found.frame == frame)
        #expect(found.exit.cause == .timeout)
        #expect(found.exit.signal == 15)
        #expect(found.exit.exitCode == nil)
        #expect(found.exit.cpuMicroseconds == 42)
        #expect(found.exit.maxRSSBytes == 4096)
        #expect(found.exit.survivors == 3)
    }

    @Test(arguments: [
        (JOURNAL_CAUSE_EXITED, JournalExit.Cause.exited),
        (JOURNAL_CAUSE_CANCELLED, .cancelled),
        (JOURNAL_CAUSE_TIMEOUT, .timeout),
        (JOURNAL_CAUSE_OUTPUT_LIMIT, .outputLimit),
        (JOURNAL_CAUSE_UNSTARTABLE, .unstartable),
        (JOURNAL_CAUSE_SHUTDOWN, .shutdown),
        (JOURNAL_CAUSE_STALLED, .stalled),
    ])
    func decodesEveryCause(number: Int, cause: JournalExit.Cause) throws {
        let file = try JournalFile()
        file.addExit(
            journal_exit(
                cause: Int32(number), wait_status: 0, stage: 0, error_number: 0, user_us: 0,
                system_us: 0, max_rss_bytes: 0, survivors: 0, flags: 0))
        try file.save()
        #expect(try JournalReader(path: file.path).exit()?.exit.cause == cause)
    }

    @Test func tellsAnExitCodeFromNone() throws {
        let file = try JournalFile()
        file.addExit(
            journal_exit(
                cause: Int32(JOURNAL_CAUSE_EXITED), wait_status: 3 << 8, stage: 0,
                error_number: 0, user_us: 0, system_us: 0, max_rss_bytes: 0, survivors: 0,
                flags: 0))
        try file.save()
        #expect(try JournalReader(path: file.path).exit()?.exit.exitCode == 3)
        file.addExit(
            journal_exit(
                cause: Int32(JOURNAL_CAUSE_UNSTARTABLE), wait_status: 0,
                stage: Int32(JOURNAL_STAGE_CWD), error_number: ENOENT, user_us: 0, system_us: 0,
                max_rss_bytes: 0, survivors: 0, flags: 0))
        try file.save()
        let exit = try #require(try JournalReader(path: file.path).exit()?.exit)
        #expect(exit.exitCode == nil)
        #expect(exit.stage == .cwd)
        #expect(exit.errorNumber == ENOENT)
    }

    @Test func saysThatAFileIsMissing() {
        let error = #expect(throws: JournalError.self) {
            try JournalReader(path: "/nonexistent/journal")
        }
        #expect(error?.isNotFound == true)
    }

    @Test func anEmptyJournalIsEmpty() throws {
        let file = try JournalFile()
        let reader = try JournalReader(path: file.path)
        #expect(try reader.read().scan == JournalScan(next: 0, stop: .end))
        #expect(try reader.lastFrame() == nil)
        #expect(try reader.exit() == nil)
        #expect(try reader.supervisorPID() == nil)
        #expect(try reader.outputBytes() == 0)
        #expect(try reader.isFrameBoundary(0))
        #expect(try reader.tail(lines: 5) == JournalLocation(offset: 0, skip: 0, position: 0))
    }
}
