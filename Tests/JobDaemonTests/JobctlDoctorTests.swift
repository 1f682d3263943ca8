import Foundation
import Glibc
import JobTestSupport
import Testing

/// `jobctl doctor` on a real daemon: what is well it calls so, and each fault that is
/// planted it finds.
@Suite(.serialized) struct JobctlDoctorTests {
    @Test func aNewInstallationIsWell() throws {
        try GuardedInstallation.with { jobd in
            for url in ["unix:\(jobd.socket)", jobd.address] {
                let (status, findings) = try jobd.doctor(["--url", url])
                #expect(status == 0)
                #expect(
                    findings.allSatisfy { $0.level == "ok" || $0.level == "info" }, "\(findings)")
                let ok = Set(findings.filter { $0.level == "ok" }.map(\.check))
                #expect(
                    ok.isSuperset(of: [
                        "daemon", "socket", "token file", "state directory", "disk space",
                        "sign-in", "address", "authentication", "host names", "origins",
                        "streams", "readiness", "queues",
                    ]), "\(findings)")
            }
            // Found by itself, and told to people.
            let run = try jobd.jobctl(["doctor"])
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.contains("found by its socket"))
            #expect(run.output.hasSuffix("no problems, no warnings\n"))
            let token = jobd.text("state/token").trimmingCharacters(in: .newlines)
            #expect(!token.isEmpty && !run.output.contains(token))
        }
    }

    @Test func filesThatAreOpenToOthers() throws {
        try GuardedInstallation.with { jobd in
            let url = ["--url", "unix:\(jobd.socket)"]
            chmod(jobd.tokenFile, 0o644)
            try jobd.expect("problem", "token file", saying: "mode 0644", url)
            chmod(jobd.tokenFile, 0o600)
            chmod(jobd.socket, 0o666)
            try jobd.expect("problem", "socket", saying: "others can open it", url)
            chmod(jobd.socket, 0o660)
            chmod(jobd.state, 0o755)
            try jobd.expect("problem", "state directory", saying: "mode 0755", url)
            chmod(jobd.state, 0o711)
            chmod("\(jobd.state)/jobd.db", 0o644)
            try jobd.expect("problem", "state directory", saying: "jobd.db", url)
            chmod("\(jobd.state)/jobd.db", 0o600)
            #expect(try jobd.doctor(url).status == 0)
            symlink("/etc/passwd", "\(jobd.state)/jobs/link")
            try jobd.expect("warning", "state directory", saying: "jobs/link", url)
        }
    }

    @Test func aDaemonThatAsksNobody() throws {
        try GuardedInstallation.with(["--no-auth"]) { jobd in
            for url in ["unix:\(jobd.socket)", jobd.address] {
                try jobd.expect("warning", "authentication", saying: "no_auth", ["--url", url])
            }
        }
    }

    @Test func tokensThatAreNotGood() throws {
        try GuardedInstallation.with { jobd in
            let url = ["--url", jobd.address]
            try jobd.expect(
                "problem", "sign-in", saying: "$JOBD_TOKEN is refused", url,
                environment: ["JOBD_TOKEN": "jobd_1_mistyped"])
            let made = try jobd.jobctl([
                "token", "create", "--role", "read", "--name", "short", "--expires", "1d",
            ])
            try #require(made.status == 0, "\(made.errors)")
            let token = made.output.trimmingCharacters(in: .newlines)
            try jobd.expect(
                "warning", "sign-in", saying: "expires in", url,
                environment: ["JOBD_TOKEN": token])
            try #require(try jobd.jobctl(["token", "revoke", "short"]).status == 0)
            try jobd.expect(
                "problem", "sign-in", saying: "is refused", url,
                environment: ["JOBD_TOKEN": token])
            // There is no file to be found then.
            unlink(jobd.tokenFile)
            try jobd.expect("problem", "sign-in", saying: "no token", url)
        }
    }

    // MARK: Proxies

    /// What is found through a proxy of this manner.
    private func expect(
        _ level: String?, _ check: String = "", saying words: String = "",
        through manner: TestProxy.Manner, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try GuardedInstallation.with { jobd in
            try TestProxy.with(manner, before: jobd.address) { proxy in
                let arguments = ["--url", proxy.address, "--token-file", jobd.tokenFile]
                guard let level else {
                    let (status, findings) = try jobd.doctor(arguments)
                    #expect(status == 0, "\(findings)", sourceLocation: sourceLocation)
                    #expect(
                        !findings.contains { $0.level == "warning" }, "\(findings)",
                        sourceLocation: sourceLocation)
                    return
                }
                try jobd.expect(
                    level, check, saying: words, arguments, sourceLocation: sourceLocation)
            }
        }
    }

    @Test func aProxyThatDoesNoHarm() throws {
        try expect(nil, through: TestProxy.Manner())
    }

    @Test func aProxyThatHoldsBytesBack() throws {
        try expect(
            "problem", "streams", saying: "nothing of a stream arrived",
            through: TestProxy.Manner(holding: 4096))
    }

    @Test func aProxyThatLosesHeaders() throws {
        try expect(
            "problem", "streams", saying: "Last-Event-ID", through: .removing("Last-Event-ID"))
        try expect("problem", "origins", saying: "any site", through: .removing("Origin"))
    }

    @Test func aProxyThatLosesTokens() throws {
        try expect(
            "problem", "sign-in", saying: "did not arrive", through: .removing("Authorization"))
    }

    @Test func aProxyThatTakesAnyName() throws {
        let manner = TestProxy.Manner(request: {
            $0.replacingOccurrences(of: "rebind.example", with: "localhost")
        })
        try expect("warning", "host names", saying: "any name", through: manner)
    }

    @Test func aProxyThatCompresses() throws {
        let manner = TestProxy.Manner(answer: {
            $0.contains("text/event-stream")
                ? $0.replacingOccurrences(
                    of: "\r\n\r\n", with: "\r\nContent-Encoding: gzip\r\n\r\n")
                : $0
        })
        try expect("problem", "streams", saying: "compressed (gzip)", through: manner)
    }

    // MARK: Others

    @Test func whatIsNoDaemon() throws {
        try GuardedInstallation.with { jobd in
            let gone = try jobd.doctor(["--url", "unix:\(jobd.directory)/nowhere.sock"])
            #expect(gone.status == 1)
            #expect(gone.findings.first?.level == "problem")
            #expect(gone.findings.first?.text.contains("nobody answers") == true)
            #expect(try jobd.jobctl(["doctor", "--timeout", "0"]).status == 64)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can be somebody else"))
    func anOrdinaryUserIsToldWhatItCannotSee() throws {
        try GuardedInstallation.with { jobd in
            let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            let (status, findings) = try jobd.doctor(["--url", jobd.address], by: nobody)
            #expect(status == 1)
            func level(_ check: String) -> String? {
                findings.first { $0.check == check }?.level
            }
            #expect(level("sign-in") == "problem", "\(findings)")
            #expect(level("state directory") == "info", "\(findings)")
            #expect(level("authentication") == "ok", "\(findings)")
            #expect(findings.contains { $0.text == "not visible as this user" }, "\(findings)")
            let closed = try jobd.doctor(["--url", "unix:\(jobd.socket)"], by: nobody)
            #expect(closed.status == 1)
            #expect(closed.findings.first?.text.contains("may not open") == true)
        }
    }

    // MARK: https

    /// Speaks TLS as it is told, and little else: its port is its first line.
    private static let server = """
        import http.server, ssl, sys
        certificate, key, oldest, spoken = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if oldest == "1.1":
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.set_alpn_protocols([spoken])
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        # Shaking hands is for the connection's own thread.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    /// A certificate for `localhost`, and a server that shows it.
    private func withServer(
        days: Int, oldest: String = "1.2", speaking spoken: String,
        _ body: (_ port: Int, _ certificate: String) throws -> Void
    ) throws {
        let directory = try TemporaryDirectory()
        let certificate = "\(directory.path)/certificate.pem"
        let key = "\(directory.path)/key.pem"
        let made = try ChildProcess(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "\(days)",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out",
                certificate, "-keyout", key,
            ])
        try #require(made.wait() == 0)
        let output = "\(directory.path)/output"
        let server = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", Self.server, certificate, key, oldest, spoken],
            output: output)
        defer {
            server.signal(SIGKILL)
            server.wait()
        }
        var port = 0
        try waitUntil("the server listens") {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            port = text.split(separator: "\n").first.flatMap { Int($0) } ?? 0
            return port > 0
        }
        try body(port, certificate)
    }

    /// What of the certificate is found, a line each.
    private func tls(_ url: String, trusting certificate: String?) throws -> [String] {
        let directory = try TemporaryDirectory()
        let output = "\(directory.path)/output"
        let process = try ChildProcess(
            Binaries.path("jobctl"), ["doctor", "--url", url],
            environment: ["HOME": directory.path, "SSL_CERT_FILE": certificate ?? ""],
            output: output)
        try waitUntil("jobctl ends") { !process.isRunning }
        return try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
            .map(String.init).filter { $0.contains(" tls ") }
    }

    @Test func goodCertificates() throws {
        try withServer(days: 90, speaking: "h2") { port, certificate in
            let lines = try tls("https://localhost:\(port)", trusting: certificate)
            #expect(lines.count == 1 && lines[0].hasPrefix("ok"), "\(lines)")
        }
    }

    @Test func certificatesThatAreNotGood() throws {
        try withServer(days: 7, speaking: "http/1.1") { port, certificate in
            func found(_ host: String, trusting: String?) throws -> String {
                try tls("https://\(host):\(port)", trusting: trusting).joined(separator: "\n")
            }
            let trusted = try found("localhost", trusting: certificate)
            // Seven days, or a moment less.
            #expect(
                trusted.contains("expires in 6d") || trusted.contains("expires in 7d"),
                "\(trusted)")
            #expect(trusted.contains("no HTTP/2"), "\(trusted)")
            #expect(!trusted.contains("problem"), "\(trusted)")
            #expect(try found("127.0.0.1", trusting: certificate).contains("not for that name"))
            #expect(try found("localhost", trusting: nil).contains("not trusted here"))
        }
    }

    @Test func oldVersionsOfTLS() throws {
        try withServer(days: 90, oldest: "1.1", speaking: "h2") { port, certificate in
            let lines = try tls("https://localhost:\(port)", trusting: certificate)
            #expect(lines.contains { $0.contains("TLS 1.1") }, "\(lines)")
        }
    }
}
