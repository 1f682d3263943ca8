import Foundation
import JobAPI
import JobClient
import Testing

/// What the calls send that control jobs and queues.
@Suite struct ControlCallTests {
    private static let queue =
        #"{"name":"gpu","slots":2,"paused":false,"resources":{"gpu":["0","1"],"mem_gb":24},"#
        + #""in_use":{"gpu":["0"],"mem_gb":8},"running":1,"queued":4,"waiting":0,"#
        + #""links":{"self":"/queues/gpu"}}"#

    @Test func jobs() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", Samples.job())
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                _ = try await client.pause(7)
                _ = try await client.resume(7)
                _ = try await client.retry(7)
                _ = try await client.signal(7, "USR1")
                _ = try await client.signal(7, "INT", toTree: true)
                var update = JobUpdate(priority: -3, queue: "gpu", labels: ["a": "b"])
                update.start = .notBefore(Date(timeIntervalSince1970: 1_795_335_330.123))
                _ = try await client.update(7, update)
                _ = try await client.update(7, JobUpdate(start: .anyTime))
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "POST /jobs/7/pause ", "POST /jobs/7/resume ", "POST /jobs/7/retry ",
                    #"POST /jobs/7/signal {"signal":"USR1","tree":false}"#,
                    #"POST /jobs/7/signal {"signal":"INT","tree":true}"#,
                    #"PATCH /jobs/7 {"labels":{"a":"b"},"not_before":"2026-11-22T08:15:30.123Z","#
                        + #""priority":-3,"queue":"gpu"}"#,
                    #"PATCH /jobs/7 {"not_before":null}"#,
                ])
            #expect(
                daemon.requests.allSatisfy { $0.headers["content-type"] == "application/json" })
        }
    }

    @Test func queues() async throws {
        try await FakeDaemon.with { request, reply in
            switch (request.method, request.target) {
            case ("DELETE", _):
                await reply.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            case (_, "/queues"): await reply.answer("200 OK", #"{"queues":[\#(Self.queue)]}"#)
            default: await reply.answer("200 OK", Self.queue)
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let queue = try #require(try await client.queues().value.queues.first)
                #expect(queue.name == "gpu")
                #expect(queue.slots == 2)
                #expect(!queue.isPaused)
                #expect(queue.resources == ["gpu": .names(["0", "1"]), "mem_gb": .count(24)])
                #expect(queue.inUse["mem_gb"]?.total == 8)
                #expect(queue.inUse["gpu"]?.total == 1)
                #expect(queue.queued == 4)
                #expect(try await client.queue("gpu").value == queue)
                _ = try await client.setQueue("a/b", QueueUpdate(isPaused: true))
                let resources = queue.resources
                _ = try await client.setQueue("gpu", QueueUpdate(slots: 2, resources: resources))
                try await client.deleteQueue("gpu")
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "GET /queues ", "GET /queues/gpu ", #"PUT /queues/a%2Fb {"paused":true}"#,
                    #"PUT /queues/gpu {"resources":{"gpu":["0","1"],"mem_gb":24},"slots":2}"#,
                    "DELETE /queues/gpu ",
                ])
        }
    }

    @Test func prune() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", #"{"jobs":12,"bytes":34567,"complete":true}"#)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let pruned = try await client.prune().value
                #expect(pruned.jobs == 12)
                #expect(pruned.bytes == 34567)
                _ = try await client.prune(
                    PruneQuery(olderThanSeconds: 604_800, keep: 3, states: [.failed], queue: "q"))
            }
            #expect(
                daemon.requests.map { "\($0.method) \($0.target) \($0.body)" } == [
                    "POST /prune {}",
                    #"POST /prune {"keep":3,"older_than_seconds":604800,"queue":"q","#
                        + #""states":["failed"]}"#,
                ])
        }
    }

    @Test func attempts() async throws {
        let document = """
            {"attempts":[{"number":1,"started_at":"2026-11-22T08:15:30.123Z",\
            "finished_at":"2026-11-22T08:15:31.123Z","exit_code":3,"signal":null,\
            "failure":"exit","error":null,"outcome":"failed",\
            "usage":{"cpu_seconds":1.9,"max_rss_bytes":1048576,"output_bytes":2048},\
            "granted":{"gpu":["0"]},"links":{"output":"/jobs/42/output?attempt=1"}},\
            {"number":2,"started_at":"2026-11-22T08:15:40.123Z","finished_at":null,\
            "exit_code":null,"signal":null,"failure":null,"error":null,"outcome":null,\
            "usage":null,"granted":null,"links":{}}]}
            """
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", document)
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let attempts = try await client.attempts(ofJob: 42).value.attempts
                #expect(attempts.map(\.number) == [1, 2])
                #expect(attempts.map(\.outcome) == [.failed, nil])
                #expect(attempts.first?.exitCode == 3)
                #expect(attempts.first?.granted == ["gpu": .names(["0"])])
                #expect(attempts.first?.usage?.outputBytes == 2048)
                #expect(attempts.last?.finishedAt == nil)
            }
            #expect(daemon.requests.map(\.target) == ["/jobs/42/attempts"])
        }
    }
}
