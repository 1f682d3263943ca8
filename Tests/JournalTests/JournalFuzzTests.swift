import CLinux
import JobTestSupport
import Journal
import Testing

/// Journals in which somebody else has written: a job of the daemon's own user can.
/// Whatever they hold, reading them ends, and what comes of it can be computed with.
@Suite struct JournalFuzzTests {
    private func makeJournal() throws -> JournalFile {
        let file = try JournalFile()
        file.addStart()
        for number in 0..<5 {
            file.add(number.isMultiple(of: 2) ? .stdout : .stderr, "line \(number)\nand more")
            file.add(.progress, "\(number)/5")
        }
        file.addExit(journal_exit())
        return file
    }

    /// Asks for all that readers are asked for; the errors that they may throw are none
    /// of ours.
    private func readEverything(_ path: String) throws {
        let reader = try JournalReader(path: path)
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch is JournalError {} catch { Issue.record("\(error)") }
        }
        attempt { _ = try reader.read() }
        attempt { try reader.forEachHeader { _ in true } }
        attempt { _ = try reader.lastFrame() }
        attempt { _ = try reader.outputBytes() }
        attempt { _ = try reader.supervisorPID() }
        attempt { _ = try reader.exit()?.exit.cpuMicroseconds }
        for stream in [nil, JournalStream.stdout, .stderr] {
            if let stream { attempt { _ = try reader.outputBytes(of: stream) } }
            for lines in [0, 1, 3, .max] {
                attempt {
                    let place = try reader.tail(lines: lines, stream: stream)
                    _ = try reader.outputBytes(from: place, of: stream)
                }
            }
            for position: UInt64 in [0, 1, 20, 1_000_000, .max] {
                attempt {
                    let place = try reader.locate(position, stream: stream)
                    _ = try reader.outputBytes(from: place, of: stream)
                }
            }
        }
        for offset: UInt64 in [0, 1, 40, .max] {
            attempt { _ = try reader.isFrameBoundary(offset) }
        }
    }

    /// The numbers of a header, each at its worst, in every frame.
    @Test(arguments: [UInt64.max, UInt64(Int64.max), 1_000_000, 1 << 62, 0])
    func numbersAtTheirWorst(number: UInt64) throws {
        let file = try makeJournal()
        for record in file.records {
            // Kind and length, both clocks, and the position.
            for (place, size) in [(4, 4), (8, 8), (16, 8), (24, 8)] {
                var bytes = file.bytes
                let start = Int(record.frame.offset) + place
                withUnsafeBytes(of: number) { value in
                    bytes.replaceSubrange(start..<start + size, with: value.prefix(size))
                }
                try file.save(bytes)
                try readEverything(file.path)
            }
        }
    }

    @Test func anExitRecordAtItsWorst() throws {
        let file = try JournalFile()
        file.addStart()
        var exit = journal_exit()
        exit.user_us = .max
        exit.system_us = .max
        exit.max_rss_bytes = .max
        exit.wait_status = .min
        exit.survivors = .max
        file.addExit(exit)
        try file.save()
        try readEverything(file.path)
        #expect(try JournalReader(path: file.path).exit()?.exit.cpuMicroseconds == .max)
    }

    @Test func bytesThatAnybodyWrote() throws {
        var random = SeededGenerator()
        let file = try makeJournal()
        for _ in 0..<3000 {
            var bytes = file.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0 where !bytes.isEmpty:
                    bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1: bytes.removeLast(min(place, bytes.count))
                case 2:
                    let end = min(place + 8, bytes.count)
                    bytes.replaceSubrange(
                        min(place, end)..<end,
                        with: (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) })
                default:
                    let end = min(place + Int.random(in: 0..<100, using: &random), bytes.count)
                    bytes.insert(
                        contentsOf: bytes[min(place, end)..<end], at: min(place, bytes.count))
                }
            }
            try file.save(bytes)
            try readEverything(file.path)
        }
    }

    // MARK: Other things in its place

    @Test func whatIsNoFileIsNotWaitedFor() throws {
        let directory = try TemporaryDirectory()
        let fifo = "\(directory.path)/fifo"
        let link = "\(directory.path)/link"
        #expect(linux_make_fifo(fifo, 0o600) == 0)
        #expect(symlink("link", link) == 0)
        for (path, words) in [
            (fifo, "no regular file"), (directory.path, "no regular file"),
            (link, "a symbolic link"), ("/dev/null", "no regular file"),
        ] {
            let error = #expect(throws: JournalError.self) { try JournalReader(path: path) }
            #expect(error?.description.contains(words) == true, "\(path)")
            #expect(error?.isPassing == false)
        }
    }
}
