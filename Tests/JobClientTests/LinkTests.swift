import Testing

@testable import JobClient

/// Links that the daemon gives, as what they lead to.
@Suite struct LinkTests {
    @Test(arguments: [
        ("http://h:1", "/jobs?before=9", "/jobs?before=9"),
        ("http://h:1/jobd", "/jobd/jobs?before=9", "/jobs?before=9"),
        ("http://h:1/a/b", "/a/b/jobs", "/jobs"),
        // A proxy that keeps its path to itself.
        ("http://h:1/jobd", "/jobs?before=9", "/jobs?before=9"),
        ("http://h:1/jobd", "/jobdx/jobs", "/jobdx/jobs"),
        ("unix:/run/jobd.sock", "/jobd/jobs", "/jobd/jobs"),
    ])
    func leadBelowTheBase(base: String, link: String, target: String) throws {
        let endpoint = try #require(Endpoint(base))
        #expect(try endpoint.target(ofLink: link) == target)
    }

    @Test(arguments: ["http://elsewhere/", "//elsewhere/jobs", "jobs", ""])
    func leadNowhereElse(link: String) throws {
        let endpoint = try #require(Endpoint("http://h:1/jobd"))
        #expect(throws: ClientError.self) { try endpoint.target(ofLink: link) }
    }
}
