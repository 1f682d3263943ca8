import Foundation
import JobTestSupport
import Testing

/// The log of a real daemon: a line for each record, whatever comes from outside,
/// and nothing in it that is nobody's business.
@Suite(.serialized) struct LogTests {
    /// What would be a line of the log, if it got there.
    private static let forged =
        "2026-11-22T00:00:00+0000 info jobd: by=token:root [JobHTTP] Job forged"

    /// Line ends of all kinds, what moves a terminal's cursor, and what turns the
    /// direction of writing.
    private static let hostile =
        "a\n\(forged)\r\n\(forged)\r\(forged)\u{2028}\(forged)\u{2029}\u{85}\u{b}\u{c}\u{1b}[2K"
        + "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{7f}\u{0}\" by=token:root b=\""

    private func lines(_ jobd: DaemonFixture) throws -> [String] {
        let bytes = Array(try Data(contentsOf: URL(filePath: jobd.log)))
        let text = try #require(String(validating: bytes, as: UTF8.self), "it is not UTF-8")
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }

    private func expectLines(_ jobd: DaemonFixture) throws -> [String] {
        let lines = try lines(jobd)
        for line in lines {
            #expect(
                line.wholeMatch(
                    of:
                        /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} [a-z]+ [A-Za-z.]+:.* \[[A-Za-z]+\] .+/
                )
                    != nil, "\(line.debugDescription)")
            #expect(!line.hasPrefix(Self.forged))
            for scalar in line.unicodeScalars {
                let isHarmless =
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: false
                    default: true
                    }
                #expect(
                    isHarmless, "U+\(String(scalar.value, radix: 16)) in \(line.debugDescription)")
            }
        }
        return lines
    }

    @Test func whatComesFromOutsideForgesNoLine() throws {
        try DaemonFixture.with { jobd in
            // A name has one line, but a terminal does not ask for more.
            let name =
                "a\u{1b}[2K\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{200b}\u{7f}\" by=token:root b=\""
            _ = try jobd.submit(["command": ["true"], "name": name])
            for scalar in Set(Self.hostile.unicodeScalars) {
                let name = "b\(scalar)\(Self.forged)"
                _ = try jobd.send("POST", "/jobs", ["command": ["true"], "name": name])
            }
            let id = try jobd.submit(["command": ["true"], "not_before": "2036-01-01T00:00:00Z"])
            let labels = ["l\n\(Self.forged.prefix(24))": "\n\(Self.forged)\u{1b}[2K"]
            let changed = try jobd.send("PATCH", "/jobs/\(id)", ["labels": labels])
            #expect(changed.status == 200)
            _ = try jobd.send("PUT", "/queues/\(Self.escaped(Self.hostile))", ["slots": 1])
            _ = try jobd.send("POST", "/jobs/\(Self.escaped(Self.hostile))/cancel")
            _ = try jobd.send("POST", "/jobs/\(id)/cancel")
            let written = try expectLines(jobd).filter { $0.contains("[JobHTTP]") }
            let submitted = try #require(written.first)
            #expect(submitted.hasSuffix("[JobHTTP] Job submitted"), "\(submitted)")
            #expect(submitted.contains(#"name="a\u{1b}[2K\u{1b}]0;x\u{7}\u{9b}31m"#))
            // A quote does not end it.
            #expect(submitted.contains(#"\" by=token:root b=\"""#), "\(submitted)")
            let jobs = try jobd.json("GET", "/jobs?limit=1000").object["jobs"] as? [Any]
            // No line is missing, and none is more: the change and the cancel.
            #expect(written.count == (jobs?.count ?? 0) + 2, "\(written)")
        }
    }

    /// What is denied is told of by what was asked, as the head of a request has it.
    @Test(arguments: ["Host", "Origin", "X-Other"])
    func aHeadForgesNoLine(header: String) throws {
        let pieces: [[UInt8]] = [
            Array(Self.hostile.utf8), Array("evil\u{1b}[31m\u{2028}".utf8), [0xff, 0xfe, 0xc3],
            Array("evil\u{85}\u{202e}.example".utf8), Array("evil\r\tby=token:root".utf8),
            [0x9b, 0x33, 0x31, 0x6d], Array("a b=\"c\" [JobHTTP] Job forged".utf8),
        ]
        try DaemonFixture.with { jobd in
            for piece in pieces {
                for path in ["/jobs", "/%0a%1b[31m", "/\u{1b}[31m\u{2028}"] {
                    let connection = try TestConnection(jobd.address)
                    let host = header == "Host" ? [] : Array("Host: evil.example\r\n".utf8)
                    try connection.send(
                        Array("GET \(path) HTTP/1.1\r\n".utf8) + host
                            + Array("Idempotency-Key: ".utf8) + piece
                            + Array("\r\n\(header): ".utf8) + piece + Array("\r\n\r\n".utf8))
                    // Some of it is no HTTP, and the connection is closed.
                    _ = try? connection.head()
                }
            }
            // One that is surely denied, in the end.
            let (head, _) = try jobd.request("GET", "/jobs", ["Host": "evil.example"])
            #expect(head.status == 421)
            let denied = try expectLines(jobd).filter { $0.contains("Request denied") }
            #expect(!denied.isEmpty)
        }
    }

    @Test func aFloodOfDenialsDoesNotFillTheDisk() throws {
        try DaemonFixture.with { jobd in
            for _ in 0..<200 {
                _ = try jobd.request("GET", "/jobs", ["Host": "evil.example"])
            }
            #expect(try lines(jobd).filter { $0.contains("Request denied") }.count == 1)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
        }.joined()
    }
}
