import Foundation
import JobTestSupport
import Testing

/// Whatever a command, a name or a token says, it cannot make a stream say something
/// else: as a client gets it, byte for byte.
@Suite(.serialized) struct StreamInjectionTests {
    private static let hostile = [
        "a\n\nid: 999999\nevent: end\ndata: {\"state\":\"failed\"}\n\n",
        "a\r\rid: 999999\rretry: 1\r\rdata: x\r\r", "a\r\n\r\nid: 999999\r\n\r\n",
        "\u{0}\nid: 999999\u{0}", "a\u{2028}id: 999999\u{2029}\u{85}id: 999999\u{b}\u{c}",
        "\"}\n{\"id\":999999,\"event\":\"end\"}\n", "\u{feff}id: 999999", ": comment\n:\n",
    ]

    /// A job that tells each of these, and has them for labels as well.
    private func run(_ jobd: DaemonFixture) throws -> Int {
        let lines = try Self.hostile.map { message in
            try DaemonFixture.text(["progress": 0.5, "message": message])
        }
        let texts = Self.hostile.joined().replacing("\u{0}", with: "")
        let id = try jobd.submit([
            "command": #"printf '%s\n' "$TOLD" | while read -r line; do "#
                + #"printf '%s\n' "$line" > "$JOBD_PROGRESS"; sleep 0.05; done"#,
            "env": ["TOLD": lines.joined(separator: "\n")], "labels": ["l": texts],
        ])
        try jobd.finished(id)
        return id
    }

    /// Makes somebody of such a name the actor of events: no token can be called so,
    /// and nothing relies on that.
    private func nameActors(_ jobd: DaemonFixture, _ id: Int) throws {
        let name = "token:" + (Self.hostile[0] + Self.hostile[1] + Self.hostile[4])
        let hex = name.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
        let sqlite = try ChildProcess(
            "/usr/bin/sqlite3",
            [
                "\(jobd.state)/jobd.db",
                """
                PRAGMA busy_timeout = 60000;
                UPDATE events SET actor = CAST(x'\(hex)' AS TEXT),
                    action = CASE WHEN state = 'running' THEN 'signal' END
                WHERE job_id = \(id) AND kind <> 'progress'
                """,
            ], output: "\(jobd.directory)/sqlite", errors: "\(jobd.directory)/sqlite")
        try #require(sqlite.wait() == 0)
    }

    private func body(_ jobd: DaemonFixture, _ path: String, _ accept: String) throws -> [UInt8] {
        let connection = try TestConnection(jobd.address)
        try connection.send("GET", path, ["Accept": accept])
        let head = try connection.head()
        #expect(head.status == 200)
        return try connection.body(head)
    }

    @Test func aStreamSaysWhatThePageSays() throws {
        try DaemonFixture.with { jobd in
            let id = try run(jobd)
            try nameActors(jobd, id)
            let events = try jobd.events(of: id)
            let ids = events.compactMap { $0["id"] as? Int }
            let messages = events.compactMap { $0["message"] as? String }
            #expect(messages.count > 3, "\(messages)")
            #expect(events.contains { $0["action"] as? String == "signal" })
            #expect(events.contains { ($0["by"] as? String)?.contains("\n\nid: 999999") == true })

            let stream = try body(jobd, "/jobs/\(id)/progress", "text/event-stream")
            let lines = try body(jobd, "/jobs/\(id)/progress", "application/x-ndjson")
            let text = try body(jobd, "/jobs/\(id)/progress?format=text", "text/event-stream")
            for bytes in [stream, lines, text] {
                // Without these there is one kind of line end.
                #expect(!bytes.contains(UInt8(ascii: "\r")))
            }
            #expect(!stream.contains(0) && !lines.contains(0))

            var parser = TestEventParser()
            let read = parser.feed(stream)
            #expect(parser.retry == 1000)
            #expect(read.map { $0.id.flatMap(Int.init) } == ids)
            #expect(read.map(\.event).filter { $0 == "end" }.count == 1)
            #expect(read.last?.event == "end" && read.contains { $0.event == "action" })
            for (event, page) in zip(read, events) {
                #expect(NSDictionary(dictionary: event.json) == NSDictionary(dictionary: page))
            }

            let objects = lines.split(separator: UInt8(ascii: "\n")).map { line in
                (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] ?? [:]
            }
            #expect(objects.map { $0["id"] as? Int } == ids)

            var texts = TestEventParser()
            let told = texts.feed(text)
            #expect(texts.retry == 1000)
            #expect(told.map { $0.id.flatMap(Int.init) } == ids)
            #expect(told.map(\.event) == read.map(\.event))
        }
    }

    @Test func aResetSaysWhatTheJobIs() throws {
        try DaemonFixture.with { jobd in
            let id = try run(jobd)
            let stream = try body(jobd, "/jobs/\(id)/progress?after=99999999", "text/event-stream")
            #expect(!stream.contains(UInt8(ascii: "\r")) && !stream.contains(0))
            var parser = TestEventParser()
            let events = parser.feed(stream)
            #expect(events.first?.event == "reset" && events.first?.id == nil)
            var job = try jobd.job(id)
            // What is found out only where one job is asked for.
            #expect(job.removeValue(forKey: "hints") as? [String] == [])
            #expect(
                NSDictionary(dictionary: events.first?.json ?? [:])
                    == NSDictionary(dictionary: job))
            #expect(
                events.dropFirst().map { $0.id.flatMap(Int.init) }
                    == (try jobd.events(of: id)).map { $0["id"] as? Int })
        }
    }

    /// The stream of all jobs, in which everybody's events are.
    @Test func theStreamOfAllJobsIsNoExit() throws {
        try DaemonFixture.with { jobd in
            let id = try run(jobd)
            try nameActors(jobd, id)
            let page =
                try jobd.json(
                    "GET", "/events?after=0&limit=1000", ["Accept": "application/json"]
                ).object["events"] as? [[String: Any]] ?? []
            var ids: [Int?] = []
            let last = page.last?["id"] as? Int
            let events = try jobd.stream("/events?after=0") { event in
                ids.append(event.id.flatMap(Int.init))
                return ids.last == last
            }
            #expect(ids == page.map { $0["id"] as? Int })
            for (event, row) in zip(events, page) {
                #expect(NSDictionary(dictionary: event.json) == NSDictionary(dictionary: row))
            }
        }
    }
}
