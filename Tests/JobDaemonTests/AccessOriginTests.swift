import Foundation
import JobTestSupport
import Testing

/// What pages of other sites can have a browser do, and under which names the daemon
/// is served.
@Suite(.serialized) struct AccessOriginTests {
    private static let app = "https://app.example.org"

    @Test func onlyItsOwnNamesAreServed() throws {
        try DaemonFixture.guarded(["--allowed-hosts", "Jobs.Example.org"]) { jobd in
            let header = bearer(try jobd.token)
            func status(_ host: String) throws -> Int {
                try jobd.status("GET", "/jobs", header.merging(["Host": host]) { $1 })
            }
            for host in [
                "localhost", "LOCALHOST:1", "a.localhost", "127.0.0.1", "127.8.9.1:80", "[::1]",
                "[::1]:7620", "localhost.", "jobs.example.org", "jobs.example.org:443",
                "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
            ] {
                #expect(try status(host) == 200, "\(host)")
            }
            for host in [
                "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "127.1",
                "2130706433", "0x7f.0.0.1", "192.0.2.1", "0.0.0.0", "[::]", "[::2]",
                "x.jobs.example.org", "evillocalhost",
            ] {
                #expect(try status(host) == 421, "\(host)")
            }
            for host in [
                "[::1", "::1", "user@localhost", "localhost/x", "localhost:x",
                "localhost@evil.example", "localhost evil",
            ] {
                #expect(try status(host) == 400, "\(host)")
            }
        }
    }

    @Test func aRequestHasOneHost() throws {
        try DaemonFixture.guarded { jobd in
            let token = "Authorization: Bearer \(try jobd.token)\r\n"
            for (hosts, expected) in [
                ("", 400), ("Host: localhost\r\nHost: localhost\r\n", 400),
                ("Host: localhost\r\nhost: evil.example\r\n", 400), ("Host: \r\n", 421),
                ("Host: localhost\r\n", 200),
            ] {
                let connection = try TestConnection(jobd.address)
                try connection.send(Array("GET /jobs HTTP/1.1\r\n\(hosts)\(token)\r\n".utf8))
                #expect(try connection.head().status == expected, "\(hosts)")
            }
        }
    }

    @Test func listedOriginsMayReadEverythingErrorsToo() throws {
        try DaemonFixture.guarded(["--cors-origins", Self.app]) { jobd in
            let origin = ["Origin": Self.app]
            let token = bearer(try jobd.token).merging(origin) { $1 }
            for (headers, path, expected) in [
                (token, "/jobs", 200), (origin, "/jobs", 401), (token, "/jobs/9", 404),
                (token, "/nothing", 404), (token, "/jobs?limit=x", 400), (origin, "/health", 200),
            ] {
                let (head, _) = try jobd.withoutBearer { try jobd.request("GET", path, headers) }
                #expect(head.status == expected, "\(path)")
                #expect(head.headers["access-control-allow-origin"] == Self.app, "\(path)")
                #expect(head.headers["access-control-allow-credentials"] == "true", "\(path)")
                #expect(head.headers["vary"] == "Origin", "\(path)")
            }
            let plain = try jobd.request("GET", "/jobs").head
            #expect(plain.status == 200 && plain.headers["access-control-allow-origin"] == nil)
            #expect(plain.headers["vary"] == "Origin")
        }
    }

    @Test func preflightsNeedNoTokenButAListedOrigin() throws {
        try DaemonFixture.guarded(["--cors-origins", Self.app]) { jobd in
            func ask(_ origin: String, host: String = "localhost") throws -> TestConnection.Head {
                try jobd.withoutBearer {
                    try jobd.request(
                        "OPTIONS", "/jobs",
                        [
                            "Origin": origin, "Access-Control-Request-Method": "POST",
                            "Access-Control-Request-Headers": "authorization,content-type",
                            "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Host": host,
                        ]
                    ).head
                }
            }
            let head = try ask(Self.app)
            #expect(head.status == 204)
            #expect(head.headers["access-control-allow-origin"] == Self.app)
            let allowed = (head.headers["access-control-allow-headers"] ?? "").lowercased()
            #expect(
                Set(allowed.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
                    == ["authorization", "content-type", "idempotency-key", "last-event-id"])
            for origin in ["https://evil.example", "http://app.example.org", "\(Self.app):8443"] {
                let head = try ask(origin)
                #expect(head.status == 403, "\(origin)")
                #expect(head.headers["access-control-allow-origin"] == nil, "\(origin)")
            }
            #expect(try ask(Self.app, host: "evil.example").status == 421)
            // Without the word that makes it one it is a request like others.
            #expect(try jobd.status("OPTIONS", "/jobs", ["Origin": Self.app]) == 401)
        }
    }

    @Test func otherOriginsAreRefusedWhateverTheyShow() throws {
        try DaemonFixture.with { (jobd: DaemonFixture) throws in
            let page = ["Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"]
            for site in ["cross-site", "same-site", "anything"] {
                let headers = page.merging(["Sec-Fetch-Site": site]) { $1 }
                #expect(try jobd.request("GET", "/jobs", headers).head.status == 403, "\(site)")
                let link = [
                    "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate",
                    "Sec-Fetch-Dest": "document",
                ]
                #expect(try jobd.request("GET", "/jobs", link).head.status == 403, "\(site)")
                // Followed to the dashboard's own page.
                #expect(try jobd.request("GET", "/", link).head.status != 403, "\(site)")
                let frame = link.merging(["Sec-Fetch-Dest": "iframe"]) { $1 }
                #expect(try jobd.request("GET", "/", frame).head.status == 403, "\(site)")
            }
            for site in ["none", "same-origin"] {
                let headers = page.merging(["Sec-Fetch-Site": site]) { $1 }
                #expect(try jobd.request("GET", "/jobs", headers).head.status == 200, "\(site)")
            }
        }
    }

    @Test(arguments: [
        "*", "null", "app.example.org", "https://app.example.org/", "https://*.example.org",
        "ftp://app.example.org", "https://", "https://a b", "https://app.example.org:0",
        "https://u@app.example.org", "https://app.example.org:443:1",
    ])
    func originsThatAreNoneAreRefusedAtTheStart(origin: String) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let (status, log) = try jobd.failedStart("--cors-origins", origin)
        #expect(status == 64)
        #expect(log.contains("--cors-origins") && log.contains("https://app.example.org"))
    }

    @Test(arguments: ["*", "https://jobs.example.org", "jobs.example.org:443", "a/b"])
    func hostsThatAreNoneAreRefusedAtTheStart(host: String) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let (status, log) = try jobd.failedStart("--allowed-hosts", host)
        #expect(status == 64)
        #expect(log.contains("--allowed-hosts") && log.contains("jobs.example.org"))
    }
}
