import JobAPI
import JobClient
import Testing

/// Submissions whose answers are lost on their way.
@Suite struct SubmissionTests {
    @Test func isRepeatedWithItsKey() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.number {
            // The connection is closed before there is an answer; then in its
            // middle.
            case 0: break
            case 1: await reply.send("HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n{\"id\":")
            default: await reply.answer("200 OK", Samples.job())
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let job = try await client.submit(JobSubmission(command: .shell("a")))
                #expect(job.value.id == 42)
                _ = try await client.submit(JobSubmission(command: .shell("a")))
                _ = try await client.submit(JobSubmission(command: .shell("a")), key: "mine")
            }
            let requests = daemon.requests
            #expect(requests.map(\.body) == Array(repeating: #"{"command":"a"}"#, count: 5))
            let keys = requests.map { $0.headers["idempotency-key"] ?? "" }
            #expect(keys[0].count > 20)
            #expect(keys[1] == keys[0])
            #expect(keys[2] == keys[0])
            // Another submission is another one, even of the same.
            #expect(keys[3].count > 20)
            #expect(keys[3] != keys[0])
            #expect(keys[4] == "mine")
        }
    }

    @Test func isNotRepeatedWhenItIsRefused() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.number {
            case 0: await reply.answer("507 Insufficient Storage")
            case 1: await reply.answer("503 Service Unavailable")
            // In doubt, and then refused: that is an answer.
            case 2: break
            default: await reply.answer("507 Insufficient Storage")
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                for status in [507, 503, 507] {
                    let error = await #expect(throws: ClientError.self) {
                        try await client.submit(JobSubmission(command: .shell("a")))
                    }
                    guard case .problem(let problem) = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                    #expect(problem.status == status)
                }
            }
            #expect(daemon.requests.count == 4)
        }
    }

    @Test func isNotRepeatedWhenNobodyIsThere() async throws {
        let endpoint = Endpoint(socketPath: "/nonexistent/jobd.sock")
        try await Client.with(endpoint: endpoint) { client in
            let error = await #expect(throws: ClientError.self) {
                try await client.submit(JobSubmission(command: .shell("a")))
            }
            #expect(error == .unreachable(endpoint, reason: "no such socket"))
        }
    }

    @Test func isRepeatedForAProxyThatLostTheDaemon() async throws {
        try await FakeDaemon.with { request, reply in
            if request.number == 0 {
                await reply.answer("502 Bad Gateway", type: "text/html", "<h1>Bad Gateway</h1>")
            } else {
                await reply.answer("200 OK", Samples.job())
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                _ = try await client.submit(JobSubmission(command: .shell("a")))
            }
            #expect(Set(daemon.requests.map { $0.headers["idempotency-key"] }).count == 1)
            #expect(daemon.requests.count == 2)
        }
    }

    @Test func batch() async throws {
        try await FakeDaemon.with { request, reply in
            guard request.number > 0 else { return }
            await reply.answer(
                "201 Created", #"{"jobs":[\#(Samples.job(1)),\#(Samples.job(2))]}"#)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var second = JobSubmission(command: .arguments(["b"]))
                second.after = [.name("first"), .id(40)]
                var first = JobSubmission(command: .shell("a"))
                first.name = "first"
                let batch = try await client.submit(batch: [first, second])
                #expect(batch.value.jobs.map(\.id) == [1, 2])
            }
            let request = try #require(daemon.requests.last)
            #expect(request.target == "/jobs/batch")
            #expect(
                request.body
                    == #"{"jobs":[{"command":"a","name":"first"},"#
                    + #"{"after":["first",40],"command":["b"]}]}"#)
            #expect(Set(daemon.requests.map { $0.headers["idempotency-key"] }).count == 1)
            #expect(daemon.requests.count == 2)
        }
    }
}
