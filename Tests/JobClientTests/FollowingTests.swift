import JobAPI
import JobClient
import Testing

/// Output, ends, and many streams at once.
@Suite struct FollowingTests {
    @Test func outputGoesOnAtItsPosition() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            if request.number == 0 {
                await reply.send(
                    """
                    retry: 1

                    id: 1:16
                    event: output
                    data: {"stream":"stdout","time":"2026-11-22T08:15:30.123Z","text":"a\\n"}

                    id: 1:40
                    event: output
                    data: {"stream":"std
                    """)
            } else {
                await reply.send(
                    """
                    id: 1:40
                    event: output
                    data: {"stream":"stderr","time":null,"text":"\\ufffd","base64":"/w=="}

                    event: end
                    data: {"state":"succeeded"}


                    """)
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var pieces: [[UInt8]] = []
                let query = OutputQuery(stream: nil, attempt: 1, tail: 5)
                for try await element in client.followOutput(ofJob: 42, query) {
                    guard case .output(let piece) = element else { continue }
                    pieces.append(piece.value.bytes)
                }
                #expect(pieces == [Array("a\n".utf8), [0xFF]])
            }
            // The last lines are asked for once; then it is the position that counts.
            #expect(
                daemon.requests.map(\.target) == [
                    "/jobs/42/output?attempt=1&tail=5", "/jobs/42/output?attempt=1",
                ])
            #expect(daemon.requests.map { $0.headers["last-event-id"] } == [nil, "1:16"])
        }
    }

    @Test func finishedJobOutlastsADaemon() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.number {
            case 0: await reply.answer("200 OK", Samples.job(cursor: 7))
            case 1:
                await reply.stream()
                await reply.send("retry: 1\n\n" + Samples.progressFrame(8))
            case 2: await reply.answer("500 Internal Server Error")
            case 3:
                await reply.stream()
                await reply.send(Samples.endFrame(9))
            case 4: await reply.send("HTT")
            default: await reply.answer("200 OK", Samples.job(state: "succeeded"))
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let job = try await client.finishedJob(42)
                #expect(job.value.state == .succeeded)
            }
            #expect(
                daemon.requests.map { $0.headers["last-event-id"] } == [
                    nil, "7", "8", "8", nil, nil,
                ])
        }
    }

    @Test func moreStreamsThanAConnectionPoolUsuallyHas() async throws {
        let count = 20
        let everybody = Signal(after: count)
        try await FakeDaemon.with { _, reply in
            await reply.stream()
            await reply.send(":\n\n")
            everybody.fire()
            // Each ends only once all of them are connected.
            await everybody.wait()
            await reply.send(Samples.endFrame(1))
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                try await withThrowingTaskGroup(of: [Int64].self) { group in
                    for id in 0..<count {
                        group.addTask { try await ids(client.events(ofJob: Int64(id))) }
                    }
                    for try await received in group { #expect(received == [1]) }
                }
            }
        }
    }
}
