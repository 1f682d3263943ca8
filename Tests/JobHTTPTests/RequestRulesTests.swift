import HTTPTypes
import NIOHTTP1
import Testing

@testable import JobHTTP

/// Requests that a proxy could understand in another way.
@Suite struct RequestRulesTests {
    private func head(
        _ method: HTTPMethod = .GET, _ target: String = "/jobs", version: HTTPVersion = .http1_1,
        headers: [(String, String)] = [("Host", "localhost")]
    ) -> HTTPRequestHead {
        HTTPRequestHead(
            version: version, method: method, uri: target, headers: HTTPHeaders(headers))
    }

    @Test func ordinaryRequestsAreTaken() {
        let host = ("Host", "localhost:7620")
        #expect(RequestRules.violation(head()) == nil)
        #expect(
            RequestRules.violation(head(.POST, headers: [host, ("Content-Length", "2")])) == nil)
        #expect(
            RequestRules.violation(head(.POST, headers: [host, ("transfer-encoding", "Chunked")]))
                == nil)
        #expect(RequestRules.violation(head(.OPTIONS, "*")) == nil)
        #expect(RequestRules.violation(head(version: .http1_0, headers: [])) == nil)
        #expect(
            RequestRules.violation(head(.POST, headers: [host, ("Expect", "100-Continue")])) == nil)
    }

    @Test(arguments: [
        [("Transfer-Encoding", "gzip, chunked")], [("Transfer-Encoding", "identity")],
        [("Transfer-Encoding", "chunked, identity")], [("Transfer-Encoding", "xchunked")],
        [("Transfer-Encoding", "")], [("Transfer-Encoding", "chunked;q=1")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "chunked"), ("Content-Length", "2")],
        [("Content-Length", "2"), ("Content-Length", "2")], [("Content-Length", "+2")],
        [("Content-Length", "-2")], [("Content-Length", "2, 2")], [("Content-Length", "")],
        [("Host", "other")], [("Expect", "everything")],
    ]) func whatCouldBeFramedInTwoWaysIsRefused(_ headers: [(String, String)]) {
        #expect(
            RequestRules.violation(head(.POST, headers: [("Host", "localhost")] + headers)) != nil)
    }

    @Test func chunksAreNotForOldClients() {
        let old = head(.POST, version: .http1_0, headers: [("Transfer-Encoding", "chunked")])
        #expect(RequestRules.violation(old) != nil)
    }

    @Test(arguments: [
        "localhost@evil", "localhost:80@evil", "a b", "[::1", "[::g]", "localhost:x",
        "localhost:123456", "local/host", "a\"b",
    ]) func hostsThatAreNoneAreRefused(_ host: String) {
        #expect(RequestRules.violation(head(headers: [("Host", host)])) != nil)
    }

    @Test(arguments: ["localhost", "[::1]:7620", "127.0.0.1:80", "a-b.example.org", ""])
    func hostsAreTaken(_ host: String) {
        #expect(RequestRules.violation(head(headers: [("Host", host)])) == nil)
    }

    @Test func aTargetIsAPathOrAURLOfTheSameHost() {
        #expect(RequestRules.originForm(of: head(.GET, "http://LOCALHOST/jobs?a=b")) == "/jobs?a=b")
        #expect(RequestRules.originForm(of: head(.GET, "https://localhost")) == "/")
        for target in [
            "http://evil.example/jobs", "http://localhost@evil/jobs", "ftp://localhost/", "jobs",
            "localhost:80", "*", "/jobs#x", "http://localhost:80/jobs",
        ] {
            #expect(RequestRules.originForm(of: head(.GET, target)) == nil, "\(target)")
        }
    }

    @Test(arguments: [HTTPMethod.CONNECT, .TRACE, .SOURCE, .RAW(value: "PLAY")])
    func tunnelsAndOtherProtocolsAreRefused(_ method: HTTPMethod) {
        #expect(RequestRules.violation(head(method)) != nil)
    }

    @Test func limitsHoldForEveryVersion() throws {
        func request(_ path: String, fields: Int = 1) -> HTTPRequest {
            var request = HTTPRequest(
                method: .get, scheme: "https", authority: "localhost", path: path)
            for _ in 0..<fields { request.headerFields.append(.init(name: .cookie, value: "a=b")) }
            return request
        }
        try RequestRules.check(request("/" + String(repeating: "a", count: 16_383), fields: 200))
        #expect(throws: (any Error).self) {
            try RequestRules.check(request("/" + String(repeating: "a", count: 16_384)))
        }
        #expect(throws: (any Error).self) { try RequestRules.check(request("/", fields: 201)) }
        #expect(throws: (any Error).self) { try RequestRules.check(request("jobs")) }
    }
}
