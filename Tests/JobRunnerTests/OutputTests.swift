import CLinux
import Foundation
import JobRunner
import Journal
import Testing

/// How bytes become frames.
@Suite(.timeLimit(.minutes(2))) struct OutputTests {
    @Test func aCharacterIsNotSplitOverFrames() async throws {
        let attempt = try AttemptFixture()
        let gate = attempt.makeGate("gate")
        // ä in two writes, then an unfinished € at the very end.
        try attempt.launch(
            script: #"printf 'a\303'; read go <'\#(gate.path)'; printf '\244b\342\202'"#)
        // Once the a is in the journal, the rest of that write was read as well.
        #expect(await attempt.untilOutput("a"))
        #expect(try attempt.records(.stdout).map(\.payload) == [[0x61]])
        gate.open()
        _ = try await attempt.end()
        #expect(
            try attempt.records(.stdout).map(\.payload)
                == [[0x61], [0xc3, 0xa4, 0x62], [0xe2, 0x82]])
    }

    @Test func textThatIsNotUTF8PassesUnharmed() async throws {
        let attempt = try AttemptFixture()
        let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 3) }
        _ = try await attempt.run(["cat"]) { $0.stdin = bytes }
        #expect(try attempt.records(.stdout).flatMap(\.payload) == bytes)
    }

    @Test func muchOutputArrivesByteForByte() async throws {
        let attempt = try AttemptFixture()
        let size = 50 << 20
        // A period that fits no buffer: a part lost or repeated shifts the rest.
        let period = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        var expected: [UInt8] = []
        expected.reserveCapacity(size + period.count)
        while expected.count < size { expected += period }
        let file = attempt.root + "/data"
        try Data(expected[..<size]).write(to: URL(fileURLWithPath: file))
        let exit = try await attempt.run(["cat", file])
        #expect(exit?.exitCode == 0)
        var count = 0
        var isSame = true
        let reader = try JournalReader(path: attempt.directory.journal)
        try reader.forEachFrame { frame, payload in
            guard frame.kind == .stdout, let bytes = payload.baseAddress else { return true }
            isSame = expected.withUnsafeBytes { expected in
                guard count + payload.count <= size, let start = expected.baseAddress else {
                    return false
                }
                return memcmp(bytes, start + count, payload.count) == 0
            }
            count += payload.count
            return isSame
        }
        #expect(isSame)
        #expect(count == size)
        #expect(try reader.outputBytes() == UInt64(size))
    }

    @Test func positionsAndTimesAscend() async throws {
        let attempt = try AttemptFixture()
        _ = try await attempt.run(
            script: "for i in 1 2 3 4 5 6 7 8 9; do echo $i; echo $i >&2; done")
        let frames = try JournalReader(path: attempt.directory.journal).read().records.map(\.frame)
        #expect(frames.first?.kind == .start)
        #expect(frames.last?.kind == .exit)
        var position: UInt64 = 0
        for (frame, next) in zip(frames, frames.dropFirst()) {
            #expect(frame.position == position)
            #expect(frame.time <= next.time)
            position = frame.endPosition
        }
        #expect(position == 36)
    }

    @Test func progressFramesEndAtLines() async throws {
        let attempt = try AttemptFixture()
        let script = #"""
            printf '1/3\n2/3' >$JOBD_PROGRESS
            read go <'GATE'
            printf ' copied\n' >$JOBD_PROGRESS
            read go <'GATE'
            printf '3' >$JOBD_PROGRESS
            """#
        let gate = attempt.makeGate("gate")
        try attempt.launch(script: script.replacing("GATE", with: gate.path))
        #expect(await attempt.until { (try? attempt.output(.progress)) == "1/3\n" })
        gate.open()
        #expect(await attempt.until { (try? attempt.output(.progress)) == "1/3\n2/3 copied\n" })
        gate.open()
        _ = try await attempt.end()
        let texts = try attempt.records(.progress).map {
            String(decoding: $0.payload, as: UTF8.self)
        }
        #expect(texts == ["1/3\n", "2/3 copied\n", "3"])
        #expect(try JournalReader(path: attempt.directory.journal).outputBytes() == 0)
    }

    @Test(arguments: [1, 4096, 65_535, 65_536, 65_537, 100_001])
    func keepsNoMoreThanTheLimit(limit: Int64) async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["yes"]) { $0.outputLimitBytes = limit }
        #expect(exit?.cause == .outputLimit)
        #expect(exit?.signal == SIGTERM)
        #expect(
            try JournalReader(path: attempt.directory.journal).outputBytes() == UInt64(limit))
    }

    @Test func asMuchAsTheLimitIsAllowed() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(script: "printf 12345; printf 678 >&2") {
            $0.outputLimitBytes = 8
        }
        #expect(exit?.cause == .exited)
        #expect(try JournalReader(path: attempt.directory.journal).outputBytes() == 8)
    }

    @Test func theLimitCutsNoCharacter() async throws {
        let attempt = try AttemptFixture()
        let exit = try await attempt.run(["printf", "aää"]) { $0.outputLimitBytes = 4 }
        #expect(exit?.cause == .outputLimit)
        #expect(try attempt.output() == "aä")
    }

    @Test func whatIsWrittenBeyondTheLimitBlocksNobody() async throws {
        let attempt = try AttemptFixture()
        let script = "trap 'head -c 1000000 /dev/zero; exit 7' TERM; yes & while :; do wait; done"
        let exit = try await attempt.run(script: script) { $0.outputLimitBytes = 1000 }
        #expect(exit?.cause == .outputLimit)
        #expect(exit?.exitCode == 7)
        #expect(try JournalReader(path: attempt.directory.journal).outputBytes() == 1000)
    }

    @Test func aShellsLastProcessesMayFinish() async throws {
        let attempt = try AttemptFixture()
        // The shell ends before what it started for its output.
        let exit = try await attempt.run(["bash", "-c", "exec > >(cat); echo last words"])
        #expect(exit?.exitCode == 0)
        #expect(try attempt.output() == "last words\n")
    }
}
