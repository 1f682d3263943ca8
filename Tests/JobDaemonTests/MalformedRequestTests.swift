import Foundation
import Glibc
import JobTestSupport
import Testing

/// What is no HTTP, or HTTP that could be understood in two ways: each gets an
/// answer and the connection ends, and nothing behind it is taken for a request.
@Suite(.serialized) struct MalformedRequestTests {
    private static let get = "GET /health HTTP/1.1\r\nHost: localhost\r\n"
    private static let post =
        "POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    private static let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
    /// What must not be taken for a request.
    private static let smuggled: String = {
        let body = #"{"command":["true"],"name":"smuggled"}"#
        return post + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
    }()

    private static let framing: [String] = [
        post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        post + "Content-Length : 2\r\n\r\n{}",
        post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        post.replacingOccurrences(of: "1.1", with: "1.0")
            + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]
    private static let codings = [
        "chunked, identity", "identity", "xchunked", "\"chunked\"", "chunked, chunked",
        "gzip, chunked", ",chunked", "chunked,", "chunked;x=1", "\u{b}chunked", "",
    ].map { post + "Transfer-Encoding: \($0)\r\n\r\n0\r\n\r\n" }
    private static let lengths = [
        "-1", "+2", "0x2", "2 2", "2, 2", "99999999999999999999999", "18446744073709551616", "",
        "2.0", "1e0",
    ].map { post + "Content-Length: \($0)\r\n\r\n{}" }
    private static let chunks = [
        "g\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}\r\n0\r\n\r\n", "2 \r\n{}\r\n0\r\n\r\n", "2\n{}\n0\n\n",
        "2;a\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\n0\r\nContent-Length: 50\r\n\r\n",
        "2;" + String(repeating: "a", count: 400_000) + "\r\n{}\r\n0\r\n\r\n",
        String(repeating: "0", count: 400_000) + "2\r\n{}\r\n0\r\n\r\n",
    ].map { chunked + $0 }
    private static let lines: [String] = [
        "GET /health HTTP/1.1\nHost: localhost\n\n", get + "X: y\nZ: a\r\n\r\n", get + "\n",
        get + "X: a\rY: b\r\n\r\n", "GET /health HTTP/1.1\rHost: localhost\r\n\r\n",
        get + "X: a\r\n b\r\n\r\n", "GET /health HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n",
        get + "X : a\r\n\r\n", get + ": a\r\n\r\n", get + "Xabc\r\n\r\n", get + "X: a\0b\r\n\r\n",
        get + "X\0: b\r\n\r\n", get + "X: a\u{1}b\r\n\r\n", get + "X\u{e9}: 1\r\n\r\n",
        "GET /health\r\n\r\n", "GET /health HTTP/0.9\r\n\r\n",
        "GET /health HTTP/1.2\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n",
        "GET /health http/1.1\r\nHost: localhost\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0",
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "TRACE /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "SOURCE /health ICE/1.0\r\nHost: localhost\r\n\r\n",
        "GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http://localhost/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health#x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /hea lth HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health\u{1} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /\u{e9} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET\t/health\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n", get + "Host: evil.example\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost:80@evil\r\n\r\n", "  " + get + "\r\n",
        "get /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        String(repeating: "A", count: 100_000) + " / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        post + "Expect: everything\r\nContent-Length: 2\r\n\r\n{}",
        "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}" + String(repeating: "\0", count: 500),
    ]

    @Test func whatIsMalformedIsRefusedAndEndsTheConnection() throws {
        try DaemonFixture.with { jobd in
            for request in Self.framing + Self.codings + Self.lengths + Self.chunks + Self.lines {
                let connection = try RawConnection(port: try port(of: jobd))
                connection.send(request + Self.smuggled)
                try connection.read()
                let what = "\(request.debugDescription.prefix(300)): \(connection.text)"
                #expect(connection.statuses == [400], "\(what)")
                #expect(connection.text.contains(#""code":"malformed_request""#), "\(what)")
            }
            let jobs = try jobd.json("GET", "/jobs?name=smuggled").object["jobs"] as? [Any]
            #expect(jobs?.count == 0)
        }
    }

    @Test func whatIsTooLargeIsRefusedWithItsOwnStatus() throws {
        try DaemonFixture.with { jobd in
            func ask(_ request: String) throws -> (statuses: [Int], text: String) {
                let connection = try RawConnection(port: try port(of: jobd))
                connection.send(request + Self.smuggled)
                try connection.read()
                return (connection.statuses, connection.text)
            }
            for (field, count) in [
                ("X: y\r\n", 100_000), ("X: y\r\n", 300),
                ("X: \(String(repeating: "y", count: 70_000))\r\n", 1),
                ("X: \(String(repeating: " ", count: 2_000_000))\r\n", 1),
            ] {
                let (statuses, text) = try ask(
                    Self.get + String(repeating: field, count: count) + "\r\n")
                #expect(statuses == [431], "\(count) of \(field.prefix(20)): \(text)")
                #expect(text.contains(#""code":"headers_too_large""#))
            }
            for length in [70_000, 2_000_000] {
                let (statuses, text) = try ask(
                    "GET /\(String(repeating: "a", count: length)) HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(statuses == [414], "\(length): \(text)")
                #expect(text.contains(#""code":"uri_too_long""#))
            }
            // The parser takes it, and the connection goes on.
            let long = try jobd.json("GET", "/jobs?q=" + String(repeating: "a", count: 20_000))
            #expect(long.status == 414)
            let body = try jobd.json(
                "POST", "/jobs", body: String(repeating: " ", count: 1 << 20) + "{}")
            #expect(body.status == 413)
            let (statuses, _) = try ask(
                Self.chunked + "ffffffffffffffff\r\n" + String(repeating: " ", count: 2_000_000))
            #expect(statuses == [413])
            let jobs = try jobd.json("GET", "/jobs?name=smuggled").object["jobs"] as? [Any]
            #expect(jobs?.count == 0)
        }
    }

    /// HTTP that is unusual, and means one thing only.
    @Test func whatIsOnlyUnusualIsServed() throws {
        try DaemonFixture.with { jobd in
            for (request, statuses) in [
                ("\r\n\r\n" + Self.get + "\r\n", [200]),
                (Self.get + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [200]),
                (Self.get + "Content-Length: 5\r\n\r\nhello", [200]),
                (Self.get + "X: \u{e9}\r\n\r\n", [200]),
                ("GET http://LOCALHOST/health HTTP/1.1\r\nHost: localhost\r\n\r\n", [200]),
                (Self.chunked + "2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n", [422]),
                (Self.post + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", [100, 422]),
                ("GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n", [200]),
                (Self.get + "\r\n" + Self.get + "\r\n", [200, 200]),
                (Self.get + "\r\n" + "BAD\r\n\r\n", [200, 400]),
                // Nothing behind these is taken.
                (Self.get + "Connection: keep-alive, Close\r\n\r\n" + Self.get + "\r\n", [200]),
                (
                    Self.get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + Self.get + "\r\n",
                    [200]
                ),
            ] {
                let connection = try RawConnection(port: try port(of: jobd))
                connection.send(request)
                connection.finishSending()
                try connection.read()
                #expect(
                    connection.statuses == statuses,
                    "\(request.debugDescription): \(connection.text)")
            }
        }
    }

    @Test func aStreamOfNonsenseLeavesTheDaemonServing() throws {
        var random = SeededGenerator()
        try DaemonFixture.with(["--request-timeout-seconds", "1"]) { jobd in
            let pid = try #require(jobd.daemon?.pid)
            let port = try port(of: jobd)
            // What is opened once and kept: the database's readers, for instance.
            for _ in 0..<8 { _ = try jobd.json("GET", "/jobs") }
            let files = descriptors(of: pid)
            let corpus =
                (Self.framing + Self.codings + Self.lengths + Self.chunks + Self.lines
                + [Self.get + "\r\n", Self.smuggled, Self.chunked + "2\r\n{}\r\n0\r\n\r\n"])
                .map { Array($0.utf8) }.filter { $0.count < 4000 }
            var before = 0
            for round in 0..<3000 {
                // By now the allocator has what it keeps.
                if round == 1000 { before = residentKilobytes(of: pid) }
                let connection = try RawConnection(port: port)
                connection.send(Self.mutated(corpus, &random))
                connection.finishSending()
                try connection.read()
                for status in connection.statuses {
                    #expect((100...499).contains(status), "round \(round): \(connection.text)")
                }
            }
            #expect(residentKilobytes(of: pid) < before + 64 << 10)
            #expect(try jobd.json("GET", "/health").status == 200)
            // Beside readers that were made since: two descriptors for each of five.
            try waitUntil("its descriptors are closed") { descriptors(of: pid) <= files + 10 }
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(!log.contains("Request failed"), "\(log)")
        }
    }

    /// A request of the corpus, or two of them, with some bytes changed.
    private static func mutated(
        _ corpus: [[UInt8]], _ random: inout SeededGenerator
    ) -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        if Bool.random(using: &random), let other = corpus.randomElement(using: &random) {
            bytes.replaceSubrange(
                Int.random(in: 0...bytes.count, using: &random)..., with: other)
        }
        let tokens = ["\r\n", "\n", "\r", "\0", " ", ":", "0", "chunked", "HTTP/1.1", ";", "\t"]
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where place < bytes.count:
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1 where place < bytes.count:
                bytes.remove(at: place)
            case 2:
                bytes.insert(
                    contentsOf: (tokens.randomElement(using: &random) ?? "").utf8, at: place)
            default:
                let end = Int.random(in: place...bytes.count, using: &random)
                bytes.insert(contentsOf: bytes[place..<min(end, place + 64)], at: place)
            }
        }
        return bytes
    }

    private func port(of jobd: DaemonFixture) throws -> UInt16 {
        try #require(jobd.address.split(separator: ":").last.flatMap { UInt16($0) })
    }
}

/// How many files a process has open (proc(5)).
func descriptors(of pid: pid_t) -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd"))?.count ?? 0
}

/// How much memory a process has, in KiB (proc(5)).
func residentKilobytes(of pid: pid_t) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
}
