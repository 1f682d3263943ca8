import HTTPTypes
import NIOCore
import Testing

@testable import JobHTTP

/// Who asks, where a proxy is in between.
@Suite struct ForwardingTests {
    private func proxies(_ texts: String...) -> TrustedProxies {
        var proxies = TrustedProxies()
        for text in texts {
            let isTaken = proxies.add(text)
            #expect(isTaken, "\(text)")
        }
        return proxies
    }

    private func origin(
        _ peer: String, _ proxies: TrustedProxies, _ headers: [String: String]
    ) throws -> RequestOrigin {
        var fields = HTTPFields()
        for (name, value) in headers {
            fields[try #require(HTTPField.Name(name))] = value
        }
        return RequestOrigin(address: IPAddress(peer), isSecure: false, host: "inner")
            .forwarded(fields, by: proxies)
    }

    @Test func strangersAreNotBelieved() throws {
        let headers = [
            "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "jobs.example.org",
        ]
        for trusted in [TrustedProxies(), proxies("10.0.0.0/8")] {
            let origin = try origin("127.0.0.1", trusted, headers)
            #expect(origin.address == IPAddress("127.0.0.1"))
            #expect(origin.scheme == "http")
            #expect(origin.host == "inner")
        }
        let believed = try origin("127.0.0.1", proxies("127.0.0.1"), headers)
        #expect(believed.address == IPAddress("192.0.2.1"))
        #expect(believed.scheme == "https")
        #expect(believed.host == "jobs.example.org")
    }

    @Test func onlyWhatTrustedProxiesAddedCounts() throws {
        let trusted = proxies("127.0.0.1", "10.0.0.0/8", "fd00::/8")
        let cases = [
            "6.6.6.6, 192.0.2.1": "192.0.2.1", "6.6.6.6, 192.0.2.1, 10.2.3.4": "192.0.2.1",
            "192.0.2.1:4711": "192.0.2.1", "[2001:db8::1]:80": "2001:db8::1",
            "2001:db8::1, fd00::5": "2001:db8::1", "10.1.1.1": "10.1.1.1",
            "unknown": "127.0.0.1", "6.6.6.6, unknown, 10.0.0.1": "10.0.0.1", "": "127.0.0.1",
        ]
        for (header, client) in cases {
            let origin = try origin("127.0.0.1", trusted, ["X-Forwarded-For": header])
            #expect(origin.address == IPAddress(client), "\(header)")
        }
        let spoofed = try origin(
            "10.0.0.9", trusted,
            ["X-Forwarded-Proto": "https, http", "X-Forwarded-Host": "evil, ours:80"])
        #expect(spoofed.scheme == "http")
        #expect(spoofed.host == "ours:80")
        let nonsense = try origin(
            "10.0.0.9", trusted, ["X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "a@b"])
        #expect(nonsense.scheme == "http")
        #expect(nonsense.host == "inner")
    }

    @Test func networksAreRead() throws {
        let some = proxies("192.168.0.0/16", "::1", "2001:db8::/32", "0.0.0.0/32")
        for (address, isIn) in [
            "192.168.255.1": true, "192.169.0.1": false, "::1": true, "::2": false,
            "2001:db8:1::": true, "2001:db9::": false, "0.0.0.0": true, "1.2.3.4": false,
            "::ffff:192.168.1.1": true,
        ] {
            #expect(some.contains(try #require(IPAddress(address))) == isIn, "\(address)")
        }
        #expect(proxies("0.0.0.0/0").contains(try #require(IPAddress("8.8.8.8"))))
        for text in [
            "", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "10/8/8",
        ] {
            var proxies = TrustedProxies()
            let isTaken = proxies.add(text)
            #expect(!isTaken, "\(text)")
        }
    }

    @Test func aBasePathIsTakenOffWhereItIs() throws {
        let base = try #require(BasePath("tools/jobd/"))
        #expect(base.prefix == "/tools/jobd")
        for (path, stripped) in [
            "/tools/jobd/jobs?x=/tools/jobd/": "/jobs?x=/tools/jobd/", "/tools/jobd": "/",
            "/tools/jobd?x": "/?x", "/jobs": "/jobs", "/tools/jobdx": "/tools/jobdx",
            "/tools": "/tools",
        ] {
            #expect(base.strip(path) == stripped)
        }
        #expect(BasePath("/")?.prefix == "")
        func redirect(_ path: String, _ base: BasePath) -> String? {
            base.redirect(
                HTTPRequest(method: .get, scheme: nil, authority: nil, path: path))
        }
        #expect(redirect("/tools/jobd", base) == "/tools/jobd/")
        #expect(redirect("/tools/jobd/", base) == nil)
        #expect(redirect("/jobs", base) == nil)
        #expect(redirect("/", BasePath()) == nil)
        for text in ["/a b", "/../x", "/a?b", "/%41"] { #expect(BasePath(text) == nil, "\(text)") }
    }

    @Test func eachClientMayHaveSoManyConnections() throws {
        let counter = ConnectionCounter(limit: 5, perClient: 2, proxies: proxies("10.0.0.0/8"))
        let one = try #require(IPAddress("2001:db8::1")?.network)
        #expect(one == IPAddress("2001:db8::ffff:1")?.network)
        #expect(counter.admit(one))
        #expect(counter.admit(one))
        #expect(!counter.admit(one))
        let other = IPAddress("192.0.2.7")
        #expect(counter.admit(other))
        #expect(counter.admit(nil))
        #expect(counter.admit(nil))
        #expect(!counter.admit(nil))
        counter.leave(one)
        #expect(counter.admit(one))
        func client(_ text: String) throws -> IPAddress? {
            counter.client(try .init(ipAddress: text, port: 1))
        }
        #expect(try client("127.0.0.9") == nil)
        #expect(try client("::1") == nil)
        #expect(try client("10.9.9.9") == nil)
        #expect(try client("192.0.2.7") == other)
    }

    @Test func addressesAreWrittenAsTheyAreRead() {
        for text in ["127.0.0.1", "255.0.1.2", "2001:db8::1"] {
            #expect(IPAddress(text)?.description == text)
        }
    }
}
