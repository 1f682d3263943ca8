import Foundation
import Glibc
import JobTestSupport
import Testing

/// Many streams in one connection: how they end, stall and are abused.
@Suite(.serialized) struct HTTP2Tests {
    @Test func oneConnectionHasMoreThanSixStreams() throws {
        try TLSFixture.with { tls in
            let go = "\(tls.jobd.directory)/go"
            let id = try submit(
                tls, "echo 10%; while [ ! -e \(go) ]; do sleep 0.02; done; echo 90%")
            let connection = try open(tls)
            let streams = (0..<40).map { UInt32(2 * $0 + 1) }
            for stream in streams {
                connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: stream).bytes)
            }
            try connection.read { _ in
                streams.allSatisfy { connection.body(of: $0).contains(#""fraction":0.1"#) }
            }
            touch(go)
            try connection.read { _ in
                streams.allSatisfy { stream in
                    connection.body(of: stream).contains("event: end")
                        && connection.frames(.data, of: stream).last?.flags == 1
                }
            }
            // And there is room for others.
            connection.send(HTTP2Frame.get("/health", stream: 81).bytes)
            try connection.read { _ in connection.body(of: 81).contains("ok") }
        }
    }

    @Test func aStreamThatIsResetIsForgotten() throws {
        try TLSFixture.with(["--stream-limit", "1"]) { tls in
            let id = try submit(tls, "exec sleep 1000")
            let connection = try open(tls)
            connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: 1).bytes)
            try connection.read { _ in connection.body(of: 1).contains("running") }
            connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: 3).bytes)
            try connection.read { _ in connection.frames(.data, of: 3).last?.flags == 1 }
            #expect(!connection.body(of: 3).contains("running"))
            connection.send(HTTP2Frame(.reset, stream: 1, [0, 0, 0, 8]).bytes)
            var stream: UInt32 = 5
            try waitUntil("there is room again") {
                connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: stream).bytes)
                defer { stream += 2 }
                try connection.read { _ in
                    connection.body(of: stream).contains("running")
                        || connection.frames(.data, of: stream).last?.flags == 1
                }
                return connection.body(of: stream).contains("running")
            }
        }
    }

    @Test func aWindowThatStaysShutEndsItsStreamOnly() throws {
        try TLSFixture.with(["--stall-seconds", "1", "--progress-interval-seconds", "0"]) { tls in
            let id = try submit(tls, "seq 1 3000 | sed 's,$,/3000,' > $JOBD_PROGRESS")
            try tls.jobd.finishedOverSocket(id)
            // Each stream may be sent 1,000 bytes, and is never allowed more.
            let connection = try open(tls, settings: [(4, 1000)])
            connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: 1).bytes)
            try connection.read { _ in !connection.frames(.reset, of: 1).isEmpty }
            #expect(connection.body(of: 1).utf8.count == 1000)
            connection.send(HTTP2Frame.get("/health", stream: 3).bytes)
            try connection.read { _ in connection.body(of: 3).contains("ok") }
            // One that is opened again and again goes on to the end.
            connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: 5).bytes)
            var seen = 0
            try connection.read { _ in
                let count = connection.frames(.data, of: 5).reduce(0) { $0 + $1.payload.count }
                if count > seen {
                    let more: [UInt8] = withUnsafeBytes(of: UInt32(count - seen).bigEndian) {
                        Array($0)
                    }
                    connection.send(HTTP2Frame(.windowUpdate, stream: 5, more).bytes)
                    connection.send(HTTP2Frame(.windowUpdate, more).bytes)
                    seen = count
                }
                return connection.frames(.data, of: 5).last?.flags == 1
            }
            #expect(connection.body(of: 5).contains("event: end"))
        }
    }

    @Test func theDaemonStopsWithStreamsOpen() throws {
        try TLSFixture.with { tls in
            let id = try submit(tls, "exec sleep 1000")
            let connection = try open(tls)
            connection.send(HTTP2Frame.get("/jobs/\(id)/progress", stream: 1).bytes)
            connection.send(HTTP2Frame.get("/events", stream: 3).bytes)
            try connection.read { _ in connection.body(of: 1).contains("running") }
            tls.jobd.daemon?.signal(SIGTERM)
            try connection.read { _ in
                connection.frames(.data, of: 1).last?.flags == 1
                    && connection.frames(.data, of: 3).last?.flags == 1
                    && !connection.frames(.goAway).isEmpty
            }
            // It does not leave of itself, and is not waited for for long.
            try connection.read()
            #expect(tls.jobd.daemon?.wait() == 0)
        }
    }

    /// Each ends its connection (RFC 9113 §10.5), and nothing else.
    @Test func floodsEndTheConnection() throws {
        try TLSFixture.with { tls in
            let pid = try #require(tls.jobd.daemon?.pid)
            let post = HTTP2Frame.fields([
                (":method", "POST"), (":scheme", "https"), (":authority", "localhost"),
                (":path", "/jobs"), ("content-type", "application/json"),
            ])
            let floods: [(String, (UInt32) -> [HTTP2Frame])] = [
                (
                    "rapid reset",
                    {
                        [
                            .get("/jobs", stream: 2 * $0 + 1),
                            HTTP2Frame(.reset, stream: 2 * $0 + 1, [0, 0, 0, 8]),
                        ]
                    }
                ),
                ("pings", { _ in [HTTP2Frame(.ping, [UInt8](repeating: 1, count: 8))] }),
                ("settings", { _ in [HTTP2Frame(.settings)] }),
                ("priorities", { _ in [HTTP2Frame(.priority, stream: 1, [0, 0, 0, 0, 1])] }),
                (
                    "continuations",
                    {
                        $0 == 0
                            ? [
                                HTTP2Frame(
                                    .headers, stream: 1, HTTP2Frame.fields([(":method", "GET")]))
                            ]
                            : [
                                HTTP2Frame(
                                    .continuation, stream: 1, HTTP2Frame.fields([("a", "b")]))
                            ]
                    }
                ),
                (
                    "empty data",
                    {
                        $0 == 0
                            ? [HTTP2Frame(.headers, flags: 4, stream: 1, post)]
                            : [HTTP2Frame(.data, stream: 1)]
                    }
                ),
                ("many streams", { [.get("/events", stream: 2 * $0 + 1)] }),
                ("streams backwards", { [.get("/health", stream: 20_001 - 2 * $0)] }),
            ]
            // The second time nothing is opened that is kept, like the database's
            // readers.
            var files = 0
            for round in 0..<2 {
                for (name, frames) in floods {
                    let connection = try open(tls)
                    var isCut = false
                    for number in 0..<10_000 where !isCut {
                        isCut = !connection.send(frames(UInt32(number)).flatMap(\.bytes))
                    }
                    try connection.read()
                    let health = try tls.curl(["-o", "/dev/null", "\(tls.url)/health"])
                    #expect(health.status == 0, "\(name)")
                }
                if round == 0 { files = descriptors(of: pid) }
            }
            try waitUntil("its descriptors are closed") { descriptors(of: pid) <= files }
            let log = try String(contentsOfFile: tls.jobd.log, encoding: .utf8)
            #expect(!log.contains("Request failed"), "\(log)")
        }
    }

    @Test func requestsThatAreMalformedAreRefused() throws {
        try TLSFixture.with { tls in
            let base: [(String, String)] = [
                (":method", "GET"), (":scheme", "https"), (":authority", "localhost"),
            ]
            let refused: [([(String, String)], String)] = [
                (base + [(":path", "jobs")], "400"),
                (base + [(":path", "/health"), ("host", "evil")], "400"),
                ([(":method", "TRACE")] + base.dropFirst() + [(":path", "/")], "400"),
            ]
            for (fields, status) in refused {
                let connection = try open(tls)
                let payload = HTTP2Frame.fields(fields)
                connection.send(HTTP2Frame(.headers, flags: 5, stream: 1, payload).bytes)
                try connection.read { _ in connection.frames(.data, of: 1).last?.flags == 1 }
                #expect(
                    connection.body(of: 1).contains(#""status":\#(status)"#),
                    "\(fields): \(connection.body(of: 1))")
            }
            // Fields that only connections of HTTP/1 have, and others that are none,
            // reset their stream (RFC 9113 §8.1.1).
            for extra in [
                ("transfer-encoding", "chunked"), ("connection", "close"), ("Upper", "x"),
                ("a b", "x"), ("x", "a\r\nb"), (":status", "200"),
            ] {
                let connection = try open(tls)
                let payload = HTTP2Frame.fields(base + [(":path", "/health"), extra])
                connection.send(HTTP2Frame(.headers, flags: 5, stream: 1, payload).bytes)
                try connection.read { _ in
                    !connection.frames(.reset, of: 1).isEmpty
                        || !connection.frames(.goAway).isEmpty
                        || connection.frames(.data, of: 1).last?.flags == 1
                }
                #expect(!connection.body(of: 1).contains(#""status":"ok""#), "\(extra)")
            }
            // More than a client may send before it has read what the limits are.
            let long = try tls.curl([
                "-o", "/dev/null", "\(tls.url)/jobs?q=\(String(repeating: "a", count: 20_000))",
            ])
            #expect(long.status != 0)
            #expect(!long.text.contains("timed out"))
        }
    }

    @Test func aBodyThatDoesNotComeIsNotWaitedFor() throws {
        try TLSFixture.with(["--request-timeout-seconds", "0.2"]) { tls in
            let connection = try open(tls)
            connection.send(
                HTTP2Frame(
                    .headers, flags: 4, stream: 1,
                    HTTP2Frame.fields([
                        (":method", "POST"), (":scheme", "https"), (":authority", "localhost"),
                        (":path", "/jobs"), ("content-type", "application/json"),
                    ])
                ).bytes)
            try connection.read { _ in connection.frames(.data, of: 1).last?.flags == 1 }
            #expect(connection.body(of: 1).contains("request_timeout"))
        }
    }

    /// A connection that speaks HTTP/2.
    private func open(
        _ tls: TLSFixture, settings: [(UInt16, UInt32)] = []
    ) throws -> RawConnection {
        let connection = try RawConnection(tlsPort: tls.port, version: "h2")
        connection.send(HTTP2Frame.preface(settings))
        connection.send(HTTP2Frame(.settings, flags: 1).bytes)
        // Room for all of it together.
        connection.send(HTTP2Frame(.windowUpdate, [0x0F, 0, 0, 0]).bytes)
        return connection
    }

    private func submit(_ tls: TLSFixture, _ command: String) throws -> Int {
        let body = String(
            decoding: try JSONSerialization.data(withJSONObject: ["command": command]),
            as: UTF8.self)
        let answer = try tls.jobd.request("POST", "/jobs", body: body, to: tls.jobd.socket)
        let job = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return try #require(job?["id"] as? Int)
    }
}

extension DaemonFixture {
    /// Waits for a job's end, where the port speaks TLS.
    fileprivate func finishedOverSocket(_ id: Int) throws {
        try waitUntil("job \(id) is finished") {
            let body = try request("GET", "/jobs/\(id)", to: socket).body
            let job = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
            return job?["finished_at"] is String
        }
    }
}
