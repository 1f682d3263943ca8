import Foundation
import JobTestSupport
import Testing

/// What jobs write, as a terminal would show it.
@Suite(.serialized) struct PlainOutputTests {
    /// A bar of 200 frames between two lines, with a colour and a title, as
    /// programs draw it on a terminal.
    private static let bar = #"""
        test -t 1 || exit 1
        printf '\033]0;copying\007before\n'
        i=0
        while [ $i -le 200 ]; do
            printf '\r\033[32m%3d%%\033[0m |%s' $((i / 2)) "████"
            i=$((i + 1))
        done
        printf '\nafter\n'
        """#
    private static let plainBar = "before\n100% |████\nafter\n"

    private func text(
        _ jobd: DaemonFixture, _ id: Int, _ query: String, _ headers: [String: String] = [:]
    ) throws -> String {
        let (head, body) = try jobd.request("GET", "/jobs/\(id)/output\(query)", headers)
        #expect(head.status == 200)
        #expect(head.headers["content-type"] == "text/plain; charset=utf-8")
        return String(decoding: body, as: UTF8.self)
    }

    @Test func aBarOnATerminalIsOneLine() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": Self.bar, "tty": true])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try text(jobd, id, "?format=plain") == Self.plainBar)
            #expect(try text(jobd, id, "?format=plain&follow=1") == Self.plainBar)
            #expect(try text(jobd, id, "?format=plain&tail=2") == "100% |████\nafter\n")
            #expect(try text(jobd, id, "?format=plain&tail=2&follow=1") == "100% |████\nafter\n")
            #expect(try text(jobd, id, "?format=plain&tail=0") == "")
            #expect(try text(jobd, id, "?format=plain&tail=100") == Self.plainBar)
            #expect(try text(jobd, id, "?format=plain&stream=stderr") == "")
            #expect(try text(jobd, id, "?format=plain&attempt=1") == Self.plainBar)
            let raw = try text(jobd, id, "")
            #expect(raw.contains("\r\u{1b}[32m 42%\u{1b}[0m |████\r"))
            #expect(try text(jobd, id, "?format=raw") == raw)
            // A part of something that is computed cannot be asked for.
            let whole = try jobd.request(
                "GET", "/jobs/\(id)/output?format=plain", ["Range": "bytes=0-3"])
            #expect(whole.head.status == 200)
            #expect(whole.head.headers["accept-ranges"] == nil)
            #expect(whole.body == Array(Self.plainBar.utf8))
            #expect(try jobd.request("HEAD", "/jobs/\(id)/output?format=plain").body.isEmpty)
        }
    }

    @Test func whatCannotBeHadIsRefused() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            for (query, accept, words) in [
                ("format=html", "*/*", "raw, plain"),
                ("format=plain", "text/event-stream", "follow=1"),
            ] {
                let (head, body) = try jobd.request(
                    "GET", "/jobs/\(id)/output?\(query)", ["Accept": accept])
                #expect(head.status == 400)
                #expect(head.headers["content-type"] == "application/problem+json")
                let problem = try #require(
                    try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])
                #expect(problem["code"] as? String == "invalid_parameter")
                #expect((problem["detail"] as? String)?.contains(words) == true)
            }
            #expect(try text(jobd, id, "?format=plain") == "")
        }
    }

    @Test func bothStreamsAreMadePlainByThemselves() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": #"""
                i=0
                while [ $i -lt 50 ]; do
                    printf '\r%d%%' $((i * 2)) >&2
                    echo line $i
                    i=$((i + 1))
                done
                printf '\r100%%\n' >&2
                """#
            ])
            try jobd.finished(id)
            let lines = (0..<50).map { "line \($0)\n" }.joined()
            #expect(try text(jobd, id, "?format=plain&stream=stdout") == lines)
            #expect(try text(jobd, id, "?format=plain&stream=stderr") == "100%\n")
            #expect(try text(jobd, id, "?format=plain") == lines + "100%\n")
            #expect(try text(jobd, id, "?format=plain&tail=2") == "line 49\n100%\n")
        }
    }

    @Test func aLineIsFollowedWhenItEnds() throws {
        try DaemonFixture.with { jobd in
            func gate(_ name: String) -> String {
                "while [ ! -e \(jobd.gate(name)) ]; do sleep 0.02; done"
            }
            let id = try jobd.submit([
                "command": """
                echo first
                for i in 1 2 3; do printf '\\r%d/3' $i; done
                \(gate("one"))
                printf '\\nsecond\\n'
                \(gate("two"))
                printf 'rest'
                """, "tty": true,
            ])
            try waitUntil("the bar is there") { try text(jobd, id, "").contains("3/3") }
            #expect(try text(jobd, id, "?format=plain") == "first\n3/3\n")
            let connection = try TestConnection(jobd.socket)
            try connection.send("GET", "/jobs/\(id)/output?format=plain&follow=1&tail=1")
            #expect(try connection.head().status == 200)
            var received = ""
            func receive(_ expected: String) throws {
                while received.utf8.count < expected.utf8.count {
                    let piece = try #require(try connection.piece())
                    received += String(decoding: piece, as: UTF8.self)
                }
                #expect(received == expected)
            }
            // The bar may still be drawn over, and is not sent.
            try receive("first\n")
            jobd.open(gate: "one")
            try receive("first\n3/3\nsecond\n")
            jobd.open(gate: "two")
            try receive("first\n3/3\nsecond\nrest\n")
            #expect(try connection.piece() == nil)
        }
    }

    @Test func aLargeOutputIsStreamed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "seq 1 100000"])
            try jobd.finished(id)
            let raw = try jobd.request("GET", "/jobs/\(id)/output").body
            #expect(raw.count > 500_000)
            #expect(try jobd.request("GET", "/jobs/\(id)/output?format=plain").body == raw)
            #expect(
                try text(jobd, id, "?format=plain&tail=3") == "99998\n99999\n100000\n")
        }
    }

    @Test func jobctlPrintsIt() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": Self.bar, "tty": true])
            try jobd.finished(id)
            #expect(try jobd.jobctl("logs", "--plain", "\(id)").output == Self.plainBar)
            #expect(
                try jobd.jobctl("logs", "--plain", "--tail", "1", "\(id)").output == "after\n")
            #expect(try jobd.jobctl("logs", "--plain", "-f", "\(id)").output == Self.plainBar)
            let document = try jobd.jobctl("logs", "--plain", "--json", "\(id)").object()
            #expect(document["stdout"] as? String == Self.plainBar)
            #expect(document["stderr"] as? String == "")
            #expect(try jobd.jobctl("logs", "\(id)").output.contains("\u{1b}[32m"))
            try jobd.expectTrouble(
                64, "logs", "--plain", "--json", "-f", "\(id)", saying: "only without -f")
        }
    }
}
