import Foundation
import Glibc
import JobTestSupport
import Testing

/// jobd behind proxies that are set up as `docs/proxy.md` says, word for word but
/// for names, ports and files.
@Suite(.serialized) struct ProxyTests {
    @Test func nginxPassesEverythingOn() throws {
        try behind("nginx", isSecure: true, prefix: "") { proxy in
            try proxy.checkAll()
            // What is not ours by name is not served, whoever asks.
            let (_, text) = try proxy.curl(["-H", "Host: evil.example", "\(proxy.url)/jobs"])
            #expect(text.contains("misdirected"))
        }
    }

    @Test func nginxServesItUnderAPath() throws {
        try behind("nginx under a path", isSecure: true, prefix: "/jobd") { try $0.checkAll() }
    }

    /// With a slash behind the port nginx takes the path off.
    @Test func nginxMayTakeThePathOff() throws {
        try behind(
            "nginx under a path", isSecure: true, prefix: "/jobd",
            change: { $0.replacing(/(proxy_pass [^;]+);/) { "\($0.1)/;" } }
        ) { try $0.checkAll() }
    }

    @Test(.enabled(if: Proxy.caddy != nil)) func caddyPassesEverythingOn() throws {
        try behind("Caddy", isSecure: false, prefix: "") { try $0.checkAll() }
    }

    @Test(.enabled(if: Proxy.caddy != nil)) func caddyServesItUnderAPath() throws {
        try behind("Caddy under a path", isSecure: false, prefix: "/jobd") { try $0.checkAll() }
    }

    @Test(.enabled(if: Proxy.caddy != nil)) func caddyMayTakeThePathOff() throws {
        try behind(
            "Caddy under a path", isSecure: false, prefix: "/jobd",
            change: { $0.replacing("handle /", with: "handle_path /") }
        ) { try $0.checkAll() }
    }

    @Test func aClientThatIsNoTrustedProxyIsNotBelieved() throws {
        try DaemonFixture.with(
            ["--trusted-proxies", "10.0.0.0/8", "--log-level", "debug"], asksForTokens: true
        ) { jobd in
            jobd.bearer = try jobd.token
            let forwarded = [
                "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "6.6.6.6",
                "X-Forwarded-Proto": "https",
            ]
            #expect(try jobd.json("GET", "/health", forwarded).status == 200)
            let hidden = ["Host": "evil.example", "X-Forwarded-Host": "localhost"]
            #expect(try jobd.json("GET", "/health", hidden).status == 421)
            let origin = forwarded.merging(["Origin": "https://evil.example"]) { $1 }
            #expect(try jobd.json("POST", "/jobs", origin, body: "{}").status == 403)
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains("from=127.0.0.1"))
            #expect(!log.contains("6.6.6.6"))
        }
    }

    @Test func proxiesAndPathsThatAreNoneAreSaidToBe() throws {
        let fixture = try DaemonFixture()
        defer { fixture.tearDown() }
        #expect(try fixture.spawn(["--trusted-proxies", "localhost"]).wait() == 64)
        #expect(try fixture.spawn(["--trusted-proxies", "10.0.0.0/40"]).wait() == 64)
        #expect(try fixture.spawn(["--base-path", "/a b"]).wait() == 64)
    }

    private func behind(
        _ snippet: String, isSecure: Bool, prefix: String,
        change: (String) -> String = { $0 }, _ body: (Proxy) throws -> Void
    ) throws {
        var arguments = ["--trusted-proxies", "127.0.0.1", "--log-level", "debug"]
        if !prefix.isEmpty { arguments += ["--base-path", prefix] }
        // Without tokens jobd takes nothing from a proxy.
        try DaemonFixture.with(arguments, asksForTokens: true) { jobd in
            let proxy = try Proxy(jobd, snippet: snippet, isSecure: isSecure, prefix, change)
            defer { proxy.stop() }
            do {
                try body(proxy)
            } catch {
                print("The proxy's log:\n\(proxy.log)")
                throw error
            }
        }
    }
}
