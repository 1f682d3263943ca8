import Foundation
import Glibc
import JobTestSupport
import Testing

/// Certificates: what is spoken with them, their renewal, and those that are no
/// use.
@Suite(.serialized) struct TLSTests {
    @Test func bothVersionsAreSpokenAndOldTLSIsNot() throws {
        try TLSFixture.with { tls in
            let addresses = try String(
                contentsOfFile: "\(tls.jobd.state)/address", encoding: .utf8)
            #expect(addresses.hasPrefix("https://127.0.0.1:\(tls.port)\nunix:"))
            let version = ["-o", "/dev/null", "-w", "%{http_version} %{http_code}"]
            let health = ["\(tls.url)/health"]
            #expect(try tls.curl(version + health).text == "2 200")
            #expect(try tls.curl(version + ["--http1.1"] + health).text == "1.1 200")
            #expect(try tls.curl(version + ["--tls-max", "1.2"] + health).text == "2 200")
            #expect(try tls.curl(["--tls-max", "1.1"] + health).status == 35)
            // Of 1.2 nothing without forward secrecy, nothing without AEAD.
            for cipher in ["AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA"] {
                let old = ["--tls-max", "1.2", "--ciphers", cipher] + health
                #expect(try tls.curl(old).status == 35, "\(cipher)")
            }
            // The socket speaks as ever, and the port nothing but TLS.
            let socket = try tls.jobd.request("GET", "/health", to: tls.jobd.socket)
            #expect(socket.head.status == 200)
            let plain = try RawConnection(port: tls.port)
            plain.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try plain.read()
            #expect(plain.statuses.isEmpty)
            // A body and an answer of some size, both ways.
            let body =
                #"{"command":["true"],"env":{"LONG":"\#(String(repeating: "x", count: 200_000))"}}"#
            let file = "\(tls.jobd.directory)/body"
            try Data(body.utf8).write(to: URL(fileURLWithPath: file))
            for version in ["--http2", "--http1.1"] {
                let (_, text) = try tls.curl([
                    version, "--data-binary", "@\(file)", "-H", "Content-Type: application/json",
                    "-H", "Origin: \(tls.url)", "-w", "%{http_code}", "\(tls.url)/jobs",
                ])
                #expect(text.hasSuffix("201"), "\(text)")
            }
            let foreign = try tls.curl([
                "-o", "/dev/null", "-H", "Origin: http://localhost:\(tls.port)", "-w",
                "%{http_code}", "\(tls.url)/jobs",
            ])
            #expect(foreign.text == "403")
            let misdirected = try tls.curl([
                "-o", "/dev/null", "-H", "Host: evil.example", "-w", "%{http_code}",
                "\(tls.url)/health",
            ])
            #expect(misdirected.text == "421")
        }
    }

    @Test func anAddressCanStayPlain() throws {
        try TLSFixture.with(["--listen", "http://127.0.0.1:0"]) { tls in
            let lines = try String(contentsOfFile: "\(tls.jobd.state)/address", encoding: .utf8)
                .split(separator: "\n").map(String.init)
            try #require(lines.count == 3)
            #expect(lines[0].hasPrefix("https://"))
            #expect(lines[1].hasPrefix("http://"))
            #expect(try tls.jobd.request("GET", "/health", to: lines[1]).head.status == 200)
        }
    }

    @Test func aRenewedCertificateIsServedToThoseWhoComeAndAFaultyOneIsNot() throws {
        try TLSFixture.with(["--keepalive-seconds", "0.1"]) { tls in
            let jobd = tls.jobd
            let first = "\(jobd.directory)/first.pem"
            try FileManager.default.copyItem(atPath: tls.certificate, toPath: first)
            let old = try RawConnection(tlsPort: tls.port, version: "http/1.1")
            old.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try old.read { $0.contains(UInt8(ascii: ":")) }
            func reload(_ expected: String) throws {
                let before = log(jobd).components(separatedBy: expected).count
                jobd.daemon?.signal(SIGHUP)
                try waitUntil(expected) {
                    log(jobd).components(separatedBy: expected).count > before
                }
            }
            try Data("nothing".utf8).write(to: URL(fileURLWithPath: tls.certificate))
            try reload("Not read anew")
            #expect(try tls.curl(["\(tls.url)/health"], certificate: first).status == 0)
            try TLSFixture.makeCertificate(tls.certificate, tls.key)
            try reload("Read anew")
            #expect(try tls.curl(["\(tls.url)/health"]).status == 0)
            // Not the one that curl knows.
            #expect(try tls.curl(["\(tls.url)/health"], certificate: first).status == 60)
            // Who was there goes on.
            let count = old.received.count
            try old.read { $0.count > count }
            #expect(!old.isOver)
        }
    }

    @Test func whatIsNoUseAsACertificateIsSaidToBe() throws {
        let fixture = try DaemonFixture()
        defer { fixture.tearDown() }
        let (certificate, key) = ("\(fixture.directory)/cert.pem", "\(fixture.directory)/key.pem")
        try TLSFixture.makeCertificate(certificate, key)
        let (other, otherKey) = ("\(fixture.directory)/b.pem", "\(fixture.directory)/b.key")
        try TLSFixture.makeCertificate(other, otherKey)
        func start(_ certificate: String, _ key: String) throws -> CInt {
            try fixture.spawn([
                "--listen", "127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key,
            ]).wait()
        }
        #expect(try fixture.spawn(["--tls-certificate", certificate]).wait() == 64)
        #expect(try fixture.spawn(["--tls-key", key]).wait() == 64)
        #expect(try start("/no/such/file", key) == 78)
        let check = ["--check", "--tls-key", key, "--tls-certificate"]
        #expect(try fixture.spawn(check + ["/no/such/file"]).wait() == 78)
        #expect(try fixture.spawn(check + [certificate]).wait() == 0)
        #expect(try start(certificate, "/no/such/file") == 78)
        #expect(try start(key, key) == 78)
        #expect(try start(certificate, certificate) == 78)
        #expect(try start(certificate, otherKey) == 78)
        #expect(log(fixture).contains("does not fit"))
        #expect(chmod(key, 0o644) == 0)
        #expect(try start(certificate, key) == 78)
        #expect(log(fixture).contains("chmod o= \(key)"))
    }

    @Test func anExpiredCertificateIsServedWithAWarning() throws {
        let fixture = try DaemonFixture()
        defer { fixture.tearDown() }
        let (certificate, key) = ("\(fixture.directory)/cert.pem", "\(fixture.directory)/key.pem")
        // x509(1) signs for a negative number of days, req(1) does not.
        try TLSFixture.makeCertificate(certificate, key)
        let request = "\(fixture.directory)/request"
        try TLSFixture.run(
            "/usr/bin/openssl",
            ["req", "-new", "-key", key, "-subj", "/CN=localhost", "-out", request])
        try TLSFixture.run(
            "/usr/bin/openssl",
            ["x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-out", certificate])
        fixture.arguments = ["--tls-certificate", certificate, "--tls-key", key]
        try fixture.start()
        #expect(log(fixture).contains("The certificate has expired"))
    }

    @Test func whatIsMalformedIsRefusedOverTLSToo() throws {
        var random = SeededGenerator()
        try TLSFixture.with { tls in
            let pid = try #require(tls.jobd.daemon?.pid)
            let get = "GET /health HTTP/1.1\r\nHost: localhost\r\n"
            _ = try tls.curl(["\(tls.url)/health"])
            let files = descriptors(of: pid)
            for request in [
                get + "X : y\r\n\r\n", get + "Host: x\r\n\r\n", "GET /\0 HTTP/1.1\r\n\r\n",
            ] {
                let connection = try RawConnection(tlsPort: tls.port, version: "http/1.1")
                connection.send(request + get + "\r\n")
                try connection.read()
                #expect(connection.statuses == [400], "\(connection.text)")
            }
            // Not even TLS.
            for _ in 0..<300 {
                let connection = try RawConnection(port: tls.port)
                var hello: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]
                hello += (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                connection.send(hello.shuffledTail(using: &random))
                connection.finishSending()
                try connection.read()
            }
            #expect(try tls.curl(["-o", "/dev/null", "\(tls.url)/health"]).status == 0)
            try waitUntil("its descriptors are closed") { descriptors(of: pid) <= files }
        }
    }

    @Test func aHandshakeThatDoesNotComeIsNotWaitedFor() throws {
        try TLSFixture.with(["--request-timeout-seconds", "0.2"]) { tls in
            let silent = try RawConnection(port: tls.port)
            try silent.read()
            #expect(silent.received.isEmpty)
        }
    }

    @Test func jobctlTrustsTheCertificateItIsGiven() throws {
        try TLSFixture.with { tls in
            let untrusting = try tls.jobd.jobctl("list", "--url", tls.url)
            #expect(untrusting.status == 69)
            #expect(untrusting.errors.contains("--ca-file"), "\(untrusting.errors)")
            let trusting = try tls.jobd.jobctl(
                "run", "--url", tls.url, "--ca-file", tls.certificate, "--", "echo", "hello")
            #expect(trusting.status == 0, "\(trusting.errors)")
            #expect(trusting.output.contains("hello"))
            let other = try tls.jobd.jobctl(
                "list", "--url", "https://[::1]:\(tls.port)", "--ca-file", tls.certificate)
            #expect(other.status == 69, "\(other.errors)")
            let plain = try tls.jobd.jobctl("list", "--url", "http://localhost:\(tls.port)")
            #expect(plain.status == 69)
        }
    }

    private func log(_ fixture: DaemonFixture) -> String {
        (try? String(contentsOfFile: fixture.log, encoding: .utf8)) ?? ""
    }
}

extension [UInt8] {
    /// The same with one byte of its beginning changed, sometimes.
    fileprivate func shuffledTail(using random: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        if Bool.random(using: &random) {
            bytes[Int.random(in: 0..<11, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
        }
        return bytes
    }
}
