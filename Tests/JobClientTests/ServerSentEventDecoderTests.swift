import JobAPI
import Testing

/// The rules of WHATWG HTML §9.2.6, and that it does not matter where chunks end.
@Suite struct ServerSentEventDecoderTests {
    /// A stream and what it must become: name, data, id.
    struct Case: Sendable, CustomTestStringConvertible {
        var stream: String
        var events: [[String]]
        var testDescription: String { stream.debugDescription }

        init(_ stream: String, _ events: [[String]]) {
            self.stream = stream
            self.events = events
        }
    }

    static let cases: [Case] = [
        Case("data: a\n\n", [["message", "a", ""]]),
        Case("data:a\r\rdata:  b\r\n\r\n", [["message", "a", ""], ["message", " b", ""]]),
        Case("data: a\r\n\r\ndata: b\n\r\n", [["message", "a", ""], ["message", "b", ""]]),
        // The standard's own examples.
        Case(
            "data: YHOO\ndata: +2\ndata: 10\n\n", [["message", "YHOO\n+2\n10", ""]]),
        Case(
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n",
            [
                ["message", "first event", "1"], ["message", "second event", ""],
                ["message", " third", ""],
            ]),
        Case("data\n\ndata\ndata\n\ndata:", [["message", "", ""], ["message", "\n", ""]]),
        Case("data:test\n\ndata: test\n\n", [["message", "test", ""], ["message", "test", ""]]),
        // Names.
        Case("event: end\ndata: x\n\ndata: y\n\n", [["end", "x", ""], ["message", "y", ""]]),
        Case("event: a\nevent: b\ndata: x\n\n", [["b", "x", ""]]),
        Case("event: a\nevent:\ndata: x\n\n", [["message", "x", ""]]),
        Case("event: lost\n\ndata: x\n\n", [["message", "x", ""]]),
        // Ids persist; one with NUL is ignored.
        Case(
            "id: 7\ndata: a\n\ndata: b\n\nid: 8\u{0}\ndata: c\n\nid:\ndata: d\n\n",
            [
                ["message", "a", "7"], ["message", "b", "7"], ["message", "c", "7"],
                ["message", "d", ""],
            ]),
        // Other fields, other spellings, comments.
        Case("Data: a\nfoo: b\n data: c\n:data: d\n\n", []),
        Case("data: a:b: c\n\n", [["message", "a:b: c", ""]]),
        // Byte order mark: one, at the beginning only.
        Case("\u{FEFF}data: a\n\n", [["message", "a", ""]]),
        Case("\u{FEFF}\u{FEFF}data: a\n\n", []),
        Case("data: a\n\n\u{FEFF}data: b\n\n", [["message", "a", ""]]),
        // Unfinished at the end.
        Case("data: a\n\nid: 9\ndata: b\n", [["message", "a", ""]]),
        Case("", []),
        Case("\n\n\r\r\r\n", []),
        // Text beyond ASCII.
        Case("data: größer 🚀\n\n", [["message", "größer 🚀", ""]]),
    ]

    @Test(arguments: cases) func wholeStream(_ sample: Case) throws {
        var decoder = ServerSentEventDecoder()
        let events = try decoder.decode(Array(sample.stream.utf8))
        #expect(events.map { [$0.name, $0.text, $0.id] } == sample.events)
    }

    @Test(arguments: cases) func anySplitIntoThree(_ sample: Case) throws {
        let bytes = Array(sample.stream.utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var decoder = ServerSentEventDecoder()
                var events = try decoder.decode(Array(bytes[..<first]))
                events += try decoder.decode(Array(bytes[first..<second]))
                events += try decoder.decode(Array(bytes[second...]))
                #expect(events.map { [$0.name, $0.text, $0.id] } == sample.events)
            }
        }
    }

    @Test(arguments: cases) func byteByByte(_ sample: Case) throws {
        var decoder = ServerSentEventDecoder()
        var events: [ServerSentEvent] = []
        for byte in sample.stream.utf8 { events += try decoder.decode([byte]) }
        #expect(events.map { [$0.name, $0.text, $0.id] } == sample.events)
    }

    @Test(
        arguments: [
            ("retry: 1500\n", 1500), ("retry:0\n", 0), ("retry: 1.5\n", nil), ("retry: -1\n", nil),
            ("retry:  5\n", nil), ("retry:\n", nil), ("retry\n", nil),
            ("retry: 99999999999999999999999\n", nil), ("retry: 7\nretry: x\n", 7),
        ] as [(String, Int?)])
    func retryTakesDigitsOnly(_ stream: String, _ milliseconds: Int?) throws {
        var decoder = ServerSentEventDecoder()
        #expect(try decoder.decode(Array(stream.utf8)).isEmpty)
        #expect(decoder.retryMilliseconds == milliseconds)
    }

    @Test func idCountsFromTheBlankLineOnEvenWithoutData() throws {
        var decoder = ServerSentEventDecoder(lastEventID: "3")
        #expect(try decoder.decode(Array("id: 4\n".utf8)).isEmpty)
        #expect(decoder.lastEventID == "3")
        #expect(try decoder.decode(Array("\n".utf8)).isEmpty)
        #expect(decoder.lastEventID == "4")
    }

    @Test func forgettingKeepsAnIdThatHasBegun() throws {
        var decoder = ServerSentEventDecoder(lastEventID: "3")
        _ = try decoder.decode(Array("event: reset\ndata: {}\n\nid: 1\n".utf8))
        decoder.forgetLastEventID()
        #expect(decoder.lastEventID == "")
        let events = try decoder.decode(Array("data: x\n\ndata: y\n\n".utf8))
        #expect(events.map(\.id) == ["1", "1"])
    }

    @Test func linesAndDataAreBounded() throws {
        let long = [UInt8](repeating: 0x61, count: 60)
        var endless = ServerSentEventDecoder(limit: 100)
        #expect(try endless.decode(long).isEmpty)
        #expect(throws: ServerSentEventDecoder.Failure.tooLong(limit: 100)) {
            try endless.decode(long)
        }
        var manyLines = ServerSentEventDecoder(limit: 100)
        let line = Array("data: ".utf8) + long + [0x0A]
        #expect(try manyLines.decode(line).isEmpty)
        #expect(throws: ServerSentEventDecoder.Failure.tooLong(limit: 100)) {
            try manyLines.decode(line)
        }
    }

    @Test func invalidTextIsReplaced() throws {
        var decoder = ServerSentEventDecoder()
        let events = try decoder.decode(Array("data: ".utf8) + [0xFF, 0x61, 0x0A, 0x0A])
        #expect(events.map(\.text) == ["\u{FFFD}a"])
        #expect(events.map(\.data) == [[0xFF, 0x61]])
    }
}
