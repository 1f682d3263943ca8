import JobAPI
import JobModel
import JobTestSupport
import Testing

/// Whatever a command says, it cannot make a stream say something else.
@Suite struct InjectionTests {
    static let hostile = [
        "\ndata: forged", "\rdata: forged", "\r\ndata: forged",
        "\n\nid: 9\nevent: end\ndata: {}\n\n",
        "\r\rid: 9\r\revent: end\r\rdata: {}\r\r", "\r\n\r\nid: 9\r\n\r\n", "a\n", "a\r", "a\r\n",
        "\n", "\r", "\r\n", "\n\r", "\n\r\n\r", "id: 9", "event: end", ": comment", "data: x",
        "retry: 1", "\u{0}\nid: 9\u{0}", "\u{2028}id: 9\u{2029}", "\u{85}id: 9", "\u{feff}id: 9",
        "\"}\n{\"id\":9}", "\u{b}\u{c}id: 9", " leading", "  two\n  lines", "",
    ]

    private func event(_ message: String, _ content: (String) -> Event.Content) -> Event {
        Event(
            id: EventID(rawValue: 7), job: JobID(rawValue: 1), time: sampleTime, attempt: 1,
            content: content(message))
    }

    /// A reading, then one that is harmless: nothing may have leaked into it.
    private func encode(_ event: Event, _ encoding: EventEncoding) -> [UInt8] {
        var bytes = encoding.opening(retryMilliseconds: 1000)
        encoding.append(event, to: &bytes)
        encoding.append(sampleEvents[5], to: &bytes)
        return bytes
    }

    /// Each line break, of whatever kind, as the receiver gets it back.
    private func normalized(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.replacing("\r\n", with: "\n").unicodeScalars.map { $0 == "\r" ? "\n" : $0 }))
    }

    private func expectUnforged(_ message: String, seed: UInt64? = nil) throws {
        let hint: Comment = "\(message.debugDescription), seed \(seed ?? 0)"
        let reading = event(message) {
            .progress(Progress(message: $0, source: .direct))
        }
        let other = event(message) {
            .progress(
                Progress(
                    fraction: 0.5, unit: $0, message: $0, source: ProgressSource(rawValue: $0)))
        }
        var action = event(message) { _ in .action(.signal, .running) }
        action.actor = .token(message)
        let end = event(message) { .end(Event.End(state: .failed, failure: .exit, error: $0)) }

        let text = EventStreamParser(encode(reading, .text))
        try #require(text.messages.map(\.lastEventID) == ["7", "1094"], hint)
        #expect(text.messages.map(\.type) == ["message", "message"], hint)
        #expect(text.messages[0].data == normalized(message), hint)
        #expect(text.messages[1].data == "50% complete", hint)
        #expect(text.retry == 1000, hint)

        for event in [reading, other, end, action] {
            let parser = EventStreamParser(encode(event, .serverSentEvents))
            try #require(parser.messages.map(\.lastEventID) == ["7", "1094"], hint)
            #expect(parser.retry == 1000, hint)
            let written = try Tree.written { $0.value(event) }
            #expect(try Tree(parsing: Array(parser.messages[0].data.utf8)) == written, hint)

            let lines = encode(event, .jsonLines).split(separator: UInt8(ascii: "\n"))
            try #require(lines.count == 2, hint)
            #expect(try Tree(parsing: Array(lines[0])) == written, hint)
        }
    }

    @Test(arguments: hostile)
    func aMessageForgesNothing(message: String) throws {
        try expectUnforged(message)
    }

    @Test func noRandomMessageForgesAnything() throws {
        var random = SeededGenerator()
        let pieces = ["\n", "\r", "\r\n", "data: ", "id: 9", "event: end", ":", "x", " ", "\u{0}"]
        for _ in 0..<500 {
            let message = (0..<Int.random(in: 1...10, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            try expectUnforged(message, seed: random.seed)
        }
    }

    @Test(arguments: hostile)
    func aJobsTextsForgeNothingInAReset(text: String) throws {
        var job = sampleJob
        job.spec.name = text
        job.spec.labels = [text: text]
        job.spec.command = .shell(text)
        job.error = text
        for encoding in [EventEncoding.serverSentEvents, .text] {
            var bytes: [UInt8] = []
            encoding.appendReset(job, to: &bytes)
            let messages = EventStreamParser(bytes).messages
            try #require(messages.map(\.type) == ["reset"])
            #expect(
                try Tree(parsing: Array(messages[0].data.utf8)) == Tree.written { $0.value(job) })
        }
    }
}
