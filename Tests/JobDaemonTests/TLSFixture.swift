import Foundation
import Glibc
import JobTestSupport
import Testing

/// A daemon that speaks TLS, with a certificate made for the test.
struct TLSFixture {
    let jobd: DaemonFixture
    let certificate: String
    let key: String

    /// `https://localhost:PORT`
    var url: String { "https://localhost:\(port)" }
    var port: UInt16 { jobd.address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0 }

    /// Starts a daemon, gives it to `body`, and removes all of it.
    static func with(_ arguments: [String] = [], _ body: (TLSFixture) throws -> Void) throws {
        let directory = try TemporaryDirectory()
        let (certificate, key) = ("\(directory.path)/cert.pem", "\(directory.path)/key.pem")
        try makeCertificate(certificate, key)
        try DaemonFixture.with(
            ["--tls-certificate", certificate, "--tls-key", key] + arguments
        ) { try body(TLSFixture(jobd: $0, certificate: certificate, key: key)) }
    }

    /// Makes a key and a certificate for this machine that it has signed itself.
    static func makeCertificate(_ certificate: String, _ key: String, days: Int = 2) throws {
        try run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "\(days)", "-keyout", key,
                "-out", certificate,
            ])
        #expect(chmod(key, 0o600) == 0)
    }

    static func run(_ path: String, _ arguments: [String]) throws {
        let program = try ChildProcess(path, arguments)
        try #require(program.wait() == 0, "\(path) \(arguments)")
    }

    /// What curl prints.
    func curl(_ arguments: [String], certificate: String? = nil) throws -> (
        status: CInt, text: String
    ) {
        let output = "\(jobd.directory)/curl-\(UUID().uuidString)"
        let program = try ChildProcess(
            "/usr/bin/curl",
            ["-sS", "--max-time", "60", "--cacert", certificate ?? self.certificate] + arguments,
            output: output, errors: output)
        let status = program.wait()
        return (status, (try? String(contentsOfFile: output, encoding: .utf8)) ?? "")
    }
}
