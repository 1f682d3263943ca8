import Foundation
import JobTestSupport
import Testing

/// Paths that somebody might hope are taken for others.
@Suite(.serialized) struct AccessPathTests {
    private static let tricks = [
        "/jobs/../tokens", "/jobs/..%2ftokens", "/jobs/%2e%2e/tokens", "/./tokens", "//tokens",
        "/tokens/", "/TOKENS", "/%74okens", "/tokens%00", "/tokens;/health", "/health/../tokens",
        "/health/%2e%2e/tokens", "/health%2f..%2ftokens", "/health;/tokens", "/tokens?/health",
        "/tokens#/health", "//health/../tokens", "/health//../tokens", "/session/../tokens",
        "/\\tokens", "tokens", "*", "http://localhost/tokens", "http://evil.example/tokens",
        "https://localhost/tokens", "/jobs/1%00", "/jobs/9223372036854775808", "/jobs/-1",
        "/jobs/1e0", "/jobs/0x1", "/jobs/1%2f..%2f2", "/jobs/%31", "/jobs/１", "/jobs/1;x=y",
        "/health/", "//health", "/health%00", "/Health",
    ]

    private static func ask(
        _ jobd: DaemonFixture, _ path: String, _ headers: String = ""
    ) throws -> (status: Int, body: String) {
        let connection = try TestConnection(jobd.address)
        try connection.send(
            Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n".utf8))
        let head = try connection.head()
        return (head.status, String(decoding: try connection.body(head), as: UTF8.self))
    }

    @Test func noneOfThemGetsPastTheQuestion() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": "echo secret-of-the-job"])
            try jobd.finished(id)
            for path in Self.tricks {
                let (status, body) = try Self.ask(jobd, path)
                #expect(status == 401 || status == 400, "\(path) gave \(status)")
                #expect(!body.contains("first") || status != 200, "\(path)")
            }
            // Nor does a ticket open more by them.
            let ticket = try jobd.makeTicket(id)
            for path in Self.tricks where !path.contains("?") && !path.contains("#") {
                let (status, _) = try Self.ask(jobd, "\(path)?ticket=\(ticket)")
                #expect([400, 401, 403].contains(status), "\(path) gave \(status)")
            }
        }
    }

    @Test func idsThatAreNoneNameNoJob() throws {
        try DaemonFixture.guarded { jobd in
            try jobd.finished(try jobd.submit(["command": ["true"]]))
            let token = "Authorization: Bearer \(try jobd.token)\r\n"
            for id in [
                "1%00", "9223372036854775808", "-1", "0", "1e0", "0x1", "%31", "１", "1;x=y", "1.0",
                "1%2f..%2f2", "%2e%2e", "..",
            ] {
                let (status, body) = try Self.ask(jobd, "/jobs/\(id)", token)
                #expect(status == 404 || status == 400, "\(id) gave \(status): \(body)")
            }
        }
    }
}
