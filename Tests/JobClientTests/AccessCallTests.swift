import Foundation
import JobAPI
import JobClient
import Testing

/// Tokens, tickets, and what a client does when it is not let in.
@Suite struct AccessCallTests {
    private static let token =
        #""id":3,"name":"ci","role":"read","definitions":["transcode"],"#
        + #""created_at":"2026-11-22T08:15:30.123Z","expires_at":"2026-12-22T08:15:30.123Z","#
        + #""last_used_at":null"#
    private static let problem = "application/problem+json"

    @Test func tokens() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.method {
            case "GET": await reply.answer("200 OK", #"{"tokens":[{\#(Self.token)}]}"#)
            case "POST":
                await reply.answer("201 Created", #"{\#(Self.token),"token":"jobd_3_secret"}"#)
            default: await reply.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let listed = try #require(try await client.tokens().value.tokens.first)
                #expect(listed.id == 3 && listed.name == "ci" && listed.role == .read)
                #expect(listed.definitions == ["transcode"])
                #expect(listed.createdAt == Date(wireTime: "2026-11-22T08:15:30.123Z"))
                #expect(listed.expiresAt == Date(wireTime: "2026-12-22T08:15:30.123Z"))
                #expect(listed.lastUsedAt == nil)
                let issued = try await client.createToken(
                    NewToken(
                        name: "ci", role: .read, definitions: ["transcode"],
                        expiresSeconds: 2_592_000)
                ).value
                #expect(issued.token == "jobd_3_secret" && issued.description == listed)
                _ = try await client.createToken(NewToken(name: "b", role: .admin))
                try await client.revokeToken("a/b c")
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "GET /tokens ",
                    #"POST /tokens {"definitions":["transcode"],"expires_seconds":2592000,"#
                        + #""name":"ci","role":"read"}"#,
                    #"POST /tokens {"name":"b","role":"admin"}"#,
                    "DELETE /tokens/a%2Fb%20c ",
                ])
        }
    }

    @Test func sessionAndTicket() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.answer(
                "200 OK",
                request.method == "GET"
                    ? #"{"identity":"token:ci","role":"submit","definitions":null,"#
                        + #""expires_at":null}"#
                    : #"{"ticket":"abc","expires_at":"2026-11-22T08:15:30.123Z"}"#)
        } _: { daemon in
            try await Client.with(
                endpoint: daemon.endpoint, token: "secret", options: patient
            ) { client in
                let session = try await client.session().value
                #expect(session.identity == "token:ci" && session.role == .submit)
                #expect(session.definitions == nil && session.expiresAt == nil)
                #expect(try await client.ticket(for: 42).value.ticket == "abc")
                let ticket = try await client.ticket(for: 42, expiresSeconds: 60).value
                #expect(ticket.expiresAt == Date(wireTime: "2026-11-22T08:15:30.123Z"))
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "GET /session ", "POST /jobs/42/ticket {}",
                    #"POST /jobs/42/ticket {"expires_seconds":60}"#,
                ])
            #expect(daemon.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
        }
    }

    /// A redirect is no answer, and nobody is asked where it points to.
    @Test func redirectsAreNotFollowed() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", Samples.job())
        } _: { elsewhere in
            try await FakeDaemon.with { _, reply in
                await reply.answer(
                    "307 Temporary Redirect", headers: ["Location: \(elsewhere.endpoint)/jobs/7"])
            } _: { daemon in
                try await Client.with(
                    endpoint: daemon.endpoint, token: "secret", options: patient
                ) { client in
                    let error = await #expect(throws: ClientError.self) {
                        _ = try await client.job(7)
                    }
                    guard case .problem(let problem) = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                    #expect(problem.status == 307)
                    await #expect(throws: ClientError.self) {
                        for try await _ in client.events(ofJob: 7) {}
                    }
                }
            }
            #expect(elsewhere.requests.isEmpty)
        }
    }

    /// A token that is revoked while its bearer follows a job ends that.
    @Test(arguments: [(401, "unauthorized"), (403, "forbidden")])
    func aRefusalEndsAStream(_ status: Int, _ code: String) async throws {
        try await FakeDaemon.with { request, reply in
            if request.number == 0 {
                await reply.stream()
                await reply.send("retry: 1\n\n" + Samples.progressFrame(1))
            } else {
                await reply.answer(
                    "\(status) No", type: Self.problem,
                    #"{"title":"No","status":\#(status),"code":"\#(code)"}"#)
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) {
                    for try await _ in client.events(ofJob: 42) {}
                }
                guard case .problem(let problem) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(problem.code == code)
            }
            #expect(daemon.requests.count == 2)
        }
    }

    /// What the daemon asks for counts, in streams and in calls that are repeated:
    /// it is longer here than the client may be away.
    @Test func aPauseThatIsAskedForIsMade() async throws {
        var options = patient
        options.reconnectLimit = .seconds(60)
        let limited = options
        try await FakeDaemon.with { request, reply in
            await reply.answer(
                "429 Too Many Requests", type: Self.problem, headers: ["Retry-After: 600"],
                #"{"title":"Slower","status":429,"code":"too_many_requests"}"#)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: limited) { client in
                let error = await #expect(throws: ClientError.self) {
                    for try await _ in client.events(ofJob: 42) {}
                }
                guard case .problem(let problem) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(problem.retryAfterSeconds == 600)
                await #expect(throws: ClientError.self) {
                    _ = try await client.finishedJob(42)
                }
            }
            #expect(daemon.requests.count == 2)
        }
    }
}
