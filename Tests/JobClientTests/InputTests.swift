import JobAPI
import JobClient
import Testing

/// Bytes for a job's standard input.
@Suite struct InputTests {
    private static func answer(_ size: Int, closed: Bool = false) -> String {
        #"{"size":\#(size),"closed":\#(closed)}"#
    }

    /// What came to its place, as a daemon would keep it.
    private static func kept(_ requests: [FakeDaemon.Request]) -> String {
        var text = ""
        for request in requests {
            let offset =
                request.target.firstRange(of: "offset=").flatMap { range in
                    Int(request.target[range.upperBound...].prefix { $0.isNumber })
                } ?? text.count
            guard offset <= text.count else { return "gap" }
            text += request.body.dropFirst(text.count - offset)
        }
        return text
    }

    @Test func oneCall() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.answer("200 OK", Self.answer(9, closed: request.number == 1))
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let input = try await client.sendInput(Array("hello\n".utf8), toJob: 7, at: 3)
                #expect(input.value == (try InputResource(json: Array(Self.answer(9).utf8))))
                let end = try await client.sendInput([], toJob: 7, isLast: true)
                #expect(end.value.isClosed)
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "POST /jobs/7/stdin?offset=3 hello\n", "POST /jobs/7/stdin?close=1 ",
                ])
            #expect(
                daemon.requests.allSatisfy {
                    $0.headers["content-type"] == "application/octet-stream"
                })
        }
    }

    @Test func longInputGoesInParts() async throws {
        let text = String(repeating: "0123456789", count: 120_000)
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", Self.answer(0))
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                _ = try await client.sendInput(
                    Array(text.utf8), toJob: 7, at: 0, isLast: true)
            }
            let part = 512 << 10
            #expect(
                daemon.requests.map(\.target) == [
                    "/jobs/7/stdin?offset=0", "/jobs/7/stdin?offset=\(part)",
                    "/jobs/7/stdin?offset=\(2 * part)&close=1",
                ])
            #expect(daemon.requests.allSatisfy { $0.body.utf8.count <= part })
            #expect(daemon.requests.map(\.body).joined() == text)
        }
    }

    @Test func withItsPlaceItIsSentAgain() async throws {
        try await FakeDaemon.with { request, reply in
            if request.number > 0 { await reply.answer("200 OK", Self.answer(2)) }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                _ = try await client.sendInput(Array("ab".utf8), toJob: 7, at: 0)
            }
            #expect(daemon.requests.map(\.body) == ["ab", "ab"])
            #expect(Self.kept(daemon.requests) == "ab")
        }
    }

    @Test func withoutItsPlaceItIsNot() async throws {
        try await FakeDaemon.with { _, _ in
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) {
                    try await client.sendInput(Array("ab".utf8), toJob: 7)
                }
                guard case .interrupted = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            #expect(daemon.requests.count == 1)
        }
    }

    /// Parts as somebody writes them.
    private static func parts(_ texts: String...) -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            for text in texts { continuation.yield(Array(text.utf8)) }
            continuation.finish()
        }
    }

    @Test func streamedInputOutlastsTheDaemon() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.number {
            // Taken, but the answer is lost; refused for the time being.
            case 0, 3: break
            case 1: await reply.answer("503 Service Unavailable")
            default: await reply.answer("200 OK", Self.answer(0))
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let size = try await client.streamInput(Self.parts("abc", "", "defg"), toJob: 7)
                #expect(size == 7)
            }
            #expect(
                daemon.requests.map { "\($0.target) \($0.body)" } == [
                    "/jobs/7/stdin?offset=0 abc", "/jobs/7/stdin?offset=0 abc",
                    "/jobs/7/stdin?offset=0 abc", "/jobs/7/stdin?offset=3 defg",
                    "/jobs/7/stdin?offset=3 defg", "/jobs/7/stdin?offset=7&close=1 ",
                ])
            #expect(Self.kept(daemon.requests) == "abcdefg")
        }
    }

    @Test func whoeverTakesNoMoreEndsIt() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.answer(
                "409 Conflict", #"{"title":"Conflict","status":409,"code":"conflict"}"#)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                // Nothing is missing when only the end is refused.
                let size = try await client.streamInput(Self.parts(), toJob: 7)
                #expect(size == 0)
                await #expect(throws: ClientError.self) {
                    try await client.streamInput(Self.parts("a", "b"), toJob: 7)
                }
            }
            #expect(
                daemon.requests.map(\.target) == [
                    "/jobs/7/stdin?offset=0&close=1", "/jobs/7/stdin?offset=0",
                ])
        }
    }
}
