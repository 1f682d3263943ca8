import ArgumentParser
import Foundation
import JobModel
import ProgressRecognition
import Testing

@testable import JobControl

/// What `jobctl recognize` makes of what it reads.
@Suite struct RecognizingTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// What comes of bytes that come in pieces of this length.
    private func parts(
        _ text: String, isFile: Bool, cutTo length: Int = .max
    ) throws -> [OutputPart] {
        var output = PipedOutput(isFile: isFile)
        var parts: [OutputPart] = []
        var rest = bytes(text)[...]
        while !rest.isEmpty {
            parts += try output.parts(Array(rest.prefix(length)), at: 7)
            rest = rest.dropFirst(length)
        }
        return try parts + output.rest(at: 7)
    }

    @Test func linesOfAFileHaveTimesOfTheirOwn() throws {
        let text = "one\r\n\rtwo\rthree\n\nlast"
        let expected = [
            ("one\r\n", 0), ("\r", 1), ("two\r", 2), ("three\n", 3), ("\n", 4), ("last", 5),
        ].map {
            OutputPart(
                channel: .stdout, time: $1 * LineTimes.interval, bytes: bytes($0))
        }
        for length in [1, 2, 3, 5, 1000] {
            #expect(try parts(text, isFile: true, cutTo: length) == expected, "\(length)")
        }
    }

    @Test func aLineWithoutAnEndNeedsNoMemory() {
        var times = LineTimes()
        let parts = times.parts([UInt8](repeating: 0x78, count: 200_000))
        #expect(parts.map(\.bytes.count) == [65_536, 65_536, 65_536])
        #expect(Set(parts.map(\.time)) == [0])
        #expect(times.rest().map(\.bytes.count) == [200_000 - 3 * 65_536])
    }

    @Test func whatIsPipedInHasTheTimesOfItsComing() throws {
        #expect(
            try parts("a\nb\n", isFile: false)
                == [OutputPart(channel: .stdout, time: 7, bytes: bytes("a\nb\n"))])
        // It begins as a recording does, and is none.
        let json = "{\"version\": 1, \"progress\": 0.5}\nrest"
        #expect(
            try parts(json, isFile: false, cutTo: 4).flatMap(\.bytes) == bytes(json))
        #expect(try parts("{", isFile: false).flatMap(\.bytes) == bytes("{"))
        #expect(try parts("", isFile: false) == [])
    }

    @Test(arguments: [
        """
        {"version": 2, "width": 80, "height": 24}
        [0.5, "o", "1\\u001b[0m"]
        [0.75, "i", "x"]
        [1.25, "e", "2é"]
        """,
        """
        {"version":3,"term":{"cols":80,"rows":24}}
        [0.5, "o", "1\\u001b[0m"]
        # a comment
        [0.25, "m", ""]
        [0.5, "e", "2é"]
        [0.1, "x", "0"]
        """,
    ]) func recordings(text: String) throws {
        let expected = [
            OutputPart(channel: .stdout, time: 500_000, bytes: bytes("1\u{1B}[0m")),
            OutputPart(channel: .stderr, time: 1_250_000, bytes: bytes("2é")),
        ]
        for length in [1, 7, 1000] {
            #expect(try parts(text, isFile: true, cutTo: length) == expected, "\(length)")
            #expect(try parts(text + "\n", isFile: false, cutTo: length) == expected)
        }
    }

    @Test(arguments: ["[1]", "x", "[1e300,\"o\",\"\"]", "[-1,\"o\",\"\"]", "[0,\"o\",1]"])
    func recordingsThatAreNone(line: String) {
        #expect {
            try parts("{\"version\":2,\"width\":1}\n[0,\"o\",\"a\"]\n\(line)\n", isFile: true)
        } throws: { error in
            (error as? Trouble)?.message.contains("line 3 of the recording") == true
        }
    }

    @Test func whatIsRecordedIsReadAgain() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "\(UUID().uuidString).cast").path
        defer { unlink(path) }
        let writer = try CastWriter(
            path, of: ["/usr/bin/tool", "a b"], size: Console.Size(columns: 120, rows: 40),
            usesTerminal: true, startedAt: 5)
        let euro = bytes("€")
        let written: [(OutputChannel, Int64, [UInt8])] = [
            (.stdout, 1, bytes("é\r") + euro.prefix(2)), (.stderr, 20, bytes("\"x\n")),
            (.direct, 25, bytes("42%")), (.stdout, 1_000_030, euro.suffix(1) + [0xFF]),
            (.stdout, 3_000_000, [0xF0]),
        ]
        for (channel, time, bytes) in written {
            try writer.write(OutputPart(channel: channel, time: time, bytes: bytes))
        }
        try writer.finish()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            text.hasPrefix(
                #"{"version":2,"width":120,"height":40,"timestamp":5,"#
                    + #""command":"/usr/bin/tool 'a b'","title":"tool, under a terminal"}"#
                    + "\n[0.000001,\"o\""))
        #expect(
            try parts(text, isFile: true)
                == [
                    OutputPart(channel: .stdout, time: 1, bytes: bytes("é\r")),
                    OutputPart(channel: .stderr, time: 20, bytes: bytes("\"x\n")),
                    OutputPart(channel: .stdout, time: 1_000_030, bytes: bytes("€\u{FFFD}")),
                    OutputPart(channel: .stdout, time: 3_000_000, bytes: bytes("\u{FFFD}")),
                ])
    }

    @Test func readingsAsLinesAndAsJSON() {
        let reading = Recognition.Reading(
            progress: Progress(
                fraction: 0.42, done: 42, total: 100, unit: "files", message: "a\u{1B}[2Jb",
                rate: 3.1, etaSeconds: 18.7, source: .counter), time: 1_500_000)
        #expect(
            RecognitionText.line(reading).rendered(columns: nil, style: .plain)
                == "   1.500  counter    42%  42/100 files  3.1 files/s  19s left  ab")
        #expect(
            String(decoding: RecognitionText.json(reading), as: UTF8.self)
                == #"{"offset_seconds":1.500000,"fraction":0.42,"done":42,"total":100,"#
                + #""unit":"files","message":"a\u001b[2Jb","rate":3.1,"eta_seconds":18.7,"#
                + #""source":"counter"}"#)
        #expect(RecognitionText.summary([]) == nil)
        #expect(RecognitionText.summary([("rsync", 1)]) == "1 reading: rsync 1")
        #expect(
            RecognitionText.summary([("rsync", 2), ("percent", 1)])
                == "3 readings: rsync 2, percent 1")
    }

    @Test func whatIsAskedFor() throws {
        func order(_ words: String...) throws -> RecognitionRun.Order {
            let verb = try #require(
                try Jobctl.parseAsRoot(["recognize"] + words) as? RecognizeVerb)
            return try verb.order()
        }
        let run = try order("--tty", "--interval", "100ms", "--", "tool", "--show")
        #expect(run.command == ["tool", "--show"])
        #expect(run.usesTerminal && !run.showsOutput && run.interval == 100_000)
        #expect(throws: Trouble.self) { try order("--tty") }
        #expect(throws: Trouble.self) { try order("--record", "x.cast") }
        #expect(throws: Trouble.self) { try order("--") }
        #expect(throws: Trouble.self) { try order("--terminal", "x") }
        #expect(throws: Trouble.self) { try order("--interval", "2d", "--", "x") }
    }
}
