import Foundation
import Glibc
import JobTestSupport
import Testing

/// Clients that take their time, and many of them.
@Suite(.serialized) struct SlowClientTests {
    private func port(of jobd: DaemonFixture) throws -> UInt16 {
        try #require(jobd.address.split(separator: ":").last.flatMap { UInt16($0) })
    }

    @Test func manyHalfRequestsHoldUpNobodyAndEndInTime() throws {
        try DaemonFixture.with(["--request-timeout-seconds", "2"]) { jobd in
            let port = try port(of: jobd)
            let slow = try (0..<200).map { _ in try RawConnection(port: port) }
            for connection in slow { connection.send("GET /health HTTP/1.1\r\nHost: local") }
            #expect(try jobd.json("GET", "/health").status == 200)
            // One byte now and then does not help.
            let dripping = try RawConnection(port: port)
            dripping.send("GET /health HTTP/1.1\r\nX: ")
            try waitUntil("the dripping one is refused") {
                usleep(50_000)
                dripping.send("x")
                try? dripping.read(patienceSeconds: 0)
                return dripping.isOver
            }
            #expect(dripping.statuses == [408])
            for connection in slow {
                try connection.read()
                #expect(connection.statuses == [408])
                #expect(connection.text.contains(#""code":"request_timeout""#))
            }
        }
    }

    @Test func aConnectionThatAsksNothingIsClosed() throws {
        try DaemonFixture.with(["--request-timeout-seconds", "0.2"]) { jobd in
            let silent = try RawConnection(port: try port(of: jobd))
            try silent.read()
            #expect(silent.received.isEmpty)
            // Between two requests it may be silent for longer.
            let kept = try TestConnection(jobd.address)
            try kept.send("GET", "/health")
            _ = try kept.body(try kept.head())
            let other = try RawConnection(port: try port(of: jobd))
            try other.read()
            try kept.send("GET", "/health")
            #expect(try kept.head().status == 200)
        }
    }

    @Test func aBodyThatDoesNotComeIsNotWaitedFor() throws {
        try DaemonFixture.with(["--request-timeout-seconds", "0.2"]) { jobd in
            for length in ["Content-Length: 100", "Transfer-Encoding: chunked"] {
                let connection = try RawConnection(port: try port(of: jobd))
                connection.send(
                    "POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "\(length)\r\n\r\n")
                try connection.read()
                #expect(connection.statuses == [408], "\(connection.text)")
            }
            // Nor by what does not read it: the stream ends.
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            let stream = try RawConnection(port: try port(of: jobd))
            stream.send(
                "GET /jobs/\(id)/progress HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
            try stream.read()
            #expect(stream.statuses == [200])
        }
    }

    /// A stream that lasts is no request that takes long.
    @Test func aStreamLastsLongerThanARequestMay() throws {
        try DaemonFixture.with(["--request-timeout-seconds", "0.1", "--keepalive-seconds", "0.2"]) {
            jobd in
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            let connection = try RawConnection(port: try port(of: jobd))
            connection.send("GET /jobs/\(id)/progress HTTP/1.1\r\nHost: localhost\r\n\r\n")
            // Three signs of life are more than any of the limits.
            try connection.read { bytes in
                zip(bytes, bytes.dropFirst()).count { $0 == (0x0A, UInt8(ascii: ":")) } > 3
            }
            #expect(!connection.isOver)
        }
    }

    @Test func tooManyConnectionsAreToldSo() throws {
        try DaemonFixture.with(["--connection-limit", "3"]) { jobd in
            var open = try (0..<3).map { _ in try TestConnection(jobd.address) }
            for connection in open {
                try connection.send("GET", "/health")
                _ = try connection.body(try connection.head())
            }
            let refused = try RawConnection(port: try port(of: jobd))
            try refused.read()
            #expect(refused.statuses == [503])
            #expect(refused.text.contains(#""code":"unavailable""#))
            open.removeLast()
            try waitUntil("there is room again") {
                (try? jobd.json("GET", "/health").status) == 200
            }
        }
    }

    /// What a client sends meanwhile does not cost it the answer.
    @Test func whoIsRefusedGetsToReadWhy() throws {
        try DaemonFixture.with(["--connection-limit", "3"]) { jobd in
            let open = try (0..<3).map { _ in try TestConnection(jobd.address) }
            for connection in open {
                try connection.send("GET", "/health")
                _ = try connection.body(try connection.head())
            }
            let body = String(repeating: "x", count: 300_000)
            for _ in 0..<30 {
                let refused = try RawConnection(port: try port(of: jobd))
                refused.send(
                    "POST /jobs HTTP/1.1\r\nHost: localhost\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n" + body)
                try refused.read()
                #expect(refused.statuses == [503])
            }
        }
    }

    /// Streams leave some connections to those who ask for something.
    @Test func requestsFindRoomBesideStreams() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        jobd.openFiles = 64
        try jobd.start()
        let id = try jobd.submit(["command": ["sleep", "1000"]])
        var streams: [TestConnection] = []
        for _ in 0..<60 {
            guard let stream = try? TestConnection(jobd.address, patienceSeconds: 2) else {
                continue
            }
            try? stream.send("GET", "/jobs/\(id)/progress")
            guard let head = try? stream.head(), head.status == 200 else { continue }
            streams.append(stream)
        }
        #expect(streams.count >= 10)
        // Once those that were sent away have gone.
        try waitUntil("it is served") { (try? jobd.json("GET", "/ready").status) == 200 }
        _ = try jobd.submit(["command": ["true"]])
        #expect(try jobd.send("POST", "/jobs/\(id)/cancel", [:]).status == 202)
        try jobd.finished(id)
    }

    /// Jobs leave some descriptors to the database and to requests: beyond that they
    /// wait in their slots.
    @Test func jobsLeaveDescriptors() throws {
        let jobd = try DaemonFixture(["--slots", "200"])
        defer { jobd.tearDown() }
        jobd.openFiles = 200
        try jobd.start()
        let ids = try (0..<150).map { _ in try jobd.submit(["command": ["sleep", "1000"]]) }
        try waitUntil("it is said that there are too few") {
            let ready = try jobd.json("GET", "/ready").object
            return "\(ready["warnings"] ?? "")".contains("oo many open files")
        }
        for id in [ids[0], ids[149]] {
            #expect(try jobd.send("POST", "/jobs/\(id)/cancel", [:]).status == 202)
            #expect(try jobd.finished(id)["state"] as? String == "cancelled")
        }
        #expect(try jobd.json("GET", "/jobs?limit=200").status == 200)
    }

    @Test func theDaemonMayOpenAllFilesAndItsJobsAsManyAsBefore() throws {
        let fixture = try DaemonFixture()
        defer { fixture.tearDown() }
        fixture.softOpenFiles = 200
        try fixture.start()
        let id = try fixture.submit(["command": "ulimit -Sn; ulimit -Hn"])
        try fixture.finished(id)
        let output = try fixture.request("GET", "/jobs/\(id)/output").body
        let limits = String(decoding: output, as: UTF8.self).split(separator: "\n")
        #expect(limits.first == "200")
        let daemon = try #require(fixture.daemon?.pid)
        let lines = try String(contentsOfFile: "/proc/\(daemon)/limits", encoding: .utf8)
        let own = try #require(
            lines.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        )
        .split(separator: " ")
        #expect(own[3] == own[4])
        #expect(limits.last.map(String.init) == String(own[4]))
    }
}
