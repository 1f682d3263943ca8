import Foundation
import JobAPI
import JobClient
import JobTestSupport
import Testing

/// What calls send, and what they make of the answers.
@Suite struct ClientCallTests {
    @Test func submit() async throws {
        let body = try await FakeDaemon.with { _, reply in
            await reply.answer("201 Created", headers: ["Location: /jobs/42"], Samples.job())
        } _: { daemon in
            try await Client.with(
                endpoint: daemon.endpoint, token: "secret", options: patient
            ) { client in
                let job = try await client.submit(JobSubmission(command: .arguments(["ls"])))
                #expect(job.value.id == 42)
                #expect(job.json == Array(Samples.job().utf8))
            }
            let request = try #require(daemon.requests.first)
            #expect(request.method == "POST")
            #expect(request.target == "/jobs")
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["authorization"] == "Bearer secret")
            return request.body
        }
        #expect(body == #"{"command":["ls"]}"#)
    }

    @Test func unixSocket() async throws {
        let path = NSTemporaryDirectory() + "jobd client \(UInt64.random(in: 0...(.max))).sock"
        try await FakeDaemon.with(address: .socket(path)) { _, reply in
            await reply.answer("200 OK", Samples.job())
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let job = try await client.job(42)
                #expect(job.value.id == 42)
            }
            let request = try #require(daemon.requests.first)
            #expect(request.target == "/jobs/42")
            #expect(request.headers["host"] == "localhost")
            #expect(request.headers["authorization"] == nil)
        }
        // The server takes its socket away when it ends, or it is left here.
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test func listAndItsPages() async throws {
        try await FakeDaemon.with { request, reply in
            let next = request.number == 0 ? #""/jobs?limit=1&before=42""# : "null"
            await reply.answer("200 OK", #"{"jobs":[\#(Samples.job())],"next":\#(next)}"#)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var query = JobQuery(state: "running", queue: "a b", name: "ü&", limit: 1)
                query.labels = ["k": "v=1"]
                let page = try await client.jobs(query).value
                #expect(page.jobs.map(\.id) == [42])
                let second = try #require(try await client.jobs(after: page))
                let third = try await client.jobs(after: second.value)
                #expect(third == nil)
            }
            #expect(
                daemon.requests.map(\.target) == [
                    "/jobs?state=running&queue=a%20b&label=k%3Dv%3D1&name=%C3%BC%26&limit=1",
                    "/jobs?limit=1&before=42",
                ])
        }
    }

    @Test func cancelAndDelete() async throws {
        try await FakeDaemon.with { request, reply in
            if request.method == "DELETE" {
                await reply.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            } else {
                await reply.answer("202 Accepted", Samples.job())
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                _ = try await client.cancel(7)
                _ = try await client.cancel(7, signal: "INT", graceSeconds: 1.5)
                try await client.delete(7)
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "POST /jobs/7/cancel {}",
                    #"POST /jobs/7/cancel {"grace_seconds":1.5,"signal":"INT"}"#,
                    "DELETE /jobs/7 ",
                ])
            // Every write has it: the contract refuses writes without.
            #expect(
                daemon.requests.allSatisfy { $0.headers["content-type"] == "application/json" })
        }
    }

    @Test func refusal() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer(
                "404 Not Found", type: "application/problem+json",
                #"{"title":"No such job","status":404,"code":"job_not_found","detail":"There is no job 7."}"#
            )
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) { try await client.job(7) }
                guard case .problem(let problem) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(problem.status == 404)
                #expect(problem.code == "job_not_found")
                #expect(problem.description == "There is no job 7.")
            }
        }
    }

    @Test func somebodyElsesError() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("502 Bad Gateway", type: "text/html", "<h1>Bad Gateway</h1>")
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) { try await client.job(7) }
                #expect(error?.description == "\(daemon.endpoint) answered 502 Bad Gateway")
            }
        }
    }

    @Test(arguments: ["<html>", "{}", ""])
    func nonsense(_ body: String) async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", body)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) { try await client.job(7) }
                guard case .protocolViolation = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test func nobodyThere() async throws {
        // A port that the system gives to nobody, and a socket that never was.
        let closed = try #require(Endpoint("http://127.0.0.1:1"))
        let absent = Endpoint(socketPath: "/nonexistent/jobd.sock")
        for (endpoint, reason) in [(closed, "connection refused"), (absent, "no such socket")] {
            try await Client.with(endpoint: endpoint) { client in
                let error = await #expect(throws: ClientError.self) { try await client.job(7) }
                #expect(error == .unreachable(endpoint, reason: reason))
            }
        }
    }

    @Test func answerThatBreaksOff() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"id\":")
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) { try await client.job(7) }
                guard case .interrupted = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test func rawOutput() async throws {
        try await FakeDaemon.with { request, reply in
            if request.headers["range"] == nil {
                await reply.answer("200 OK", type: "application/octet-stream", "hello\n")
            } else {
                await reply.answer("206 Partial Content", type: "application/octet-stream", "lo\n")
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var bytes: [UInt8] = []
                let query = OutputQuery(stream: .stderr, attempt: 2, tail: 10)
                for try await part in try await client.output(ofJob: 7, query) { bytes += part }
                for try await part in try await client.output(ofJob: 7, from: 3) { bytes += part }
                #expect(String(decoding: bytes, as: UTF8.self) == "hello\nlo\n")
            }
            #expect(
                daemon.requests.map(\.target) == [
                    "/jobs/7/output?stream=stderr&attempt=2&tail=10", "/jobs/7/output",
                ])
            #expect(daemon.requests.last?.headers["range"] == "bytes=3-")
        }
    }
}
