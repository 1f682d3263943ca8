import Foundation
import JobAPI
import JobModel
import Testing

/// The streams, byte for byte as the golden files have them.
@Suite struct EventEncodingTests {
    /// To write the files anew after a change that is wanted, set
    /// `JOBD_TEST_WRITE_GOLDEN=1`, and look at what `git diff` shows.
    private func expectGolden(_ bytes: [UInt8], _ name: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(name)")
        if ProcessInfo.processInfo.environment["JOBD_TEST_WRITE_GOLDEN"] == "1" {
            try Data(bytes).write(to: file)
        }
        let golden = try Data(contentsOf: file)
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
    }

    private func stream(_ encoding: EventEncoding) -> [UInt8] {
        var bytes = encoding.opening(retryMilliseconds: 1000)
        for event in sampleEvents { encoding.append(event, to: &bytes) }
        bytes += encoding.keepAlive
        return bytes
    }

    @Test(arguments: [
        (EventEncoding.serverSentEvents, "json.sse"), (.text, "text.sse"),
        (.jsonLines, "events.ndjson"),
    ])
    func encodesAsTheGoldenFile(encoding: EventEncoding, file: String) throws {
        try expectGolden(stream(encoding), file)
    }

    @Test(arguments: [
        (EventEncoding.serverSentEvents, "reset.sse"), (.text, "reset.sse"),
        (.jsonLines, "reset.ndjson"),
    ])
    func resetsAsTheGoldenFile(encoding: EventEncoding, file: String) throws {
        var bytes: [UInt8] = []
        encoding.appendReset(sampleJob, to: &bytes)
        encoding.appendReset(nil, to: &bytes)
        try expectGolden(bytes, file)
    }

    private static let estimate = StampedProgress(
        progress: Progress(
            fraction: 0.42, message: "a\nid: 9", etaSeconds: 5.8, source: .history),
        time: Timestamp(microseconds: 1_795_335_330_123_456))

    @Test(
        arguments: [
            (.serverSentEvents, "data: ", "\n\n"), (.jsonLines, "", "\n"),
        ] as [(EventEncoding, String, String)])
    func anEstimateHasNoID(encoding: EventEncoding, before: String, after: String) {
        var bytes: [UInt8] = []
        encoding.append(
            estimate: Self.estimate, of: AttemptID(job: JobID(rawValue: 7), number: 2), to: &bytes)
        let json =
            #"{"job":7,"time":"2026-11-22T08:15:30.123Z","attempt":2,"fraction":0.42,"#
            + #""done":null,"total":null,"unit":null,"message":"a\nid: 9","rate":null,"#
            + #""eta_seconds":5.8,"source":"history"}"#
        #expect(String(decoding: bytes, as: UTF8.self) == before + json + after)
    }

    @Test func anEstimateLeavesTheCursorAsItWas() {
        var bytes: [UInt8] = []
        EventEncoding.text.append(sampleEvents[0], to: &bytes)
        EventEncoding.text.append(
            estimate: Self.estimate, of: AttemptID(job: JobID(rawValue: 7), number: 2), to: &bytes)
        let parser = EventStreamParser(bytes)
        #expect(parser.messages.map(\.type) == ["state", "message"])
        #expect(parser.messages.last?.data == "42% complete a\nid: 9")
        #expect(parser.messages.map(\.lastEventID) == ["1088", "1088"])
    }

    @Test func aBrowserSeesProgressAsPlainMessages() throws {
        let parser = EventStreamParser(stream(.serverSentEvents))
        #expect(parser.retry == 1000)
        #expect(parser.messages.count == sampleEvents.count)
        for (message, event) in zip(parser.messages, sampleEvents) {
            let type =
                switch event.content {
                case .progress: "message"
                case .action: "action"
                case .state: "state"
                case .end: "end"
                }
            #expect(message.type == type)
            #expect(message.lastEventID == event.id.description)
            #expect(
                try Tree(parsing: Array(message.data.utf8)) == Tree.written { $0.value(event) })
        }
    }

    @Test func aResetLeavesTheCursorAsItWas() {
        var bytes: [UInt8] = []
        EventEncoding.serverSentEvents.append(sampleEvents[0], to: &bytes)
        EventEncoding.serverSentEvents.appendReset(sampleJob, to: &bytes)
        let parser = EventStreamParser(bytes)
        #expect(parser.messages.map(\.type) == ["state", "reset"])
        #expect(parser.messages.map(\.lastEventID) == ["1088", "1088"])
    }

    @Test(arguments: EventEncoding.allCases)
    func keepAliveAndOpeningAreNoEvents(encoding: EventEncoding) {
        let bytes =
            encoding.opening(retryMilliseconds: 7) + encoding.keepAlive + encoding.keepAlive
        if encoding == .jsonLines {
            #expect(String(decoding: bytes, as: UTF8.self) == "\n\n")
        } else {
            #expect(EventStreamParser(bytes).messages.isEmpty)
            #expect(EventStreamParser(bytes).retry == 7)
        }
    }

    @Test func namesItsMediaType() {
        #expect(EventEncoding.serverSentEvents.contentType == "text/event-stream")
        #expect(EventEncoding.text.contentType == "text/event-stream")
        #expect(EventEncoding.jsonLines.contentType == "application/x-ndjson")
    }
}
