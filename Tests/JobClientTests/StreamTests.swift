import Foundation
import JobAPI
import JobClient
import Synchronization
import JobTestSupport
import Testing

/// That streams have no gap and no repeat, whatever happens to connections.
@Suite struct StreamTests {
    /// Serves a history to whoever asks, and cuts each connection after a random
    /// number of bytes.
    static func history(
        _ count: Int, seed: UInt64
    ) -> FakeDaemon.Script {
        let generator = Mutex(SeededGenerator(seed: seed))
        return { request, reply in
            let after = Int(request.headers["last-event-id"] ?? "0") ?? -1
            guard after < count else {
                await reply.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
                return
            }
            var text = "retry: 1\n\n"
            for id in (after + 1)..<count {
                text += Samples.progressFrame(id)
                // What has no id moves nobody on.
                if id % 3 == 0 { text += Samples.estimateFrame(0.5) }
            }
            text += Samples.endFrame(count)
            let (length, isChunked) = generator.withLock { generator in
                (
                    Int.random(in: 0...(2 * min(text.utf8.count, 4000)), using: &generator),
                    Bool.random(using: &generator)
                )
            }
            let part = String(decoding: Array(text.utf8.prefix(length)), as: UTF8.self)
            // A chunked answer cut short is an error, one without a length an end.
            if isChunked, part.utf8.count == min(length, text.utf8.count), !part.isEmpty {
                await reply.send(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n")
            } else {
                await reply.stream()
                await reply.send(part)
            }
        }
    }

    @Test(arguments: UInt64(1)...12)
    func concatenationEqualsHistory(seed: UInt64) async throws {
        try await FakeDaemon.with(script: Self.history(60, seed: seed)) { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let received = try await ids(client.events(ofJob: 42))
                #expect(received == Array(1...60))
            }
        }
    }

    @Test func startsAfterACursor() async throws {
        try await FakeDaemon.with(script: Self.history(20, seed: 1)) { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let received = try await ids(client.events(ofJob: 42, after: 15))
                #expect(received == [16, 17, 18, 19, 20])
                let nothing = try await ids(client.events(ofJob: 42, after: 20))
                #expect(nothing.isEmpty)
            }
            let first = try #require(daemon.requests.first)
            #expect(first.target == "/jobs/42/progress")
            #expect(first.headers["last-event-id"] == "15")
            #expect(first.headers["accept"] == "text/event-stream")
        }
    }

    @Test func anActionIsAnEventLikeOthers() async throws {
        let data =
            #"{"id":8,"job":42,"time":"2026-11-22T08:15:30.123Z","action":"signal","#
            + #""state":"running","attempt":1,"by":"token:ci"}"#
        try await FakeDaemon.with { _, reply in
            await reply.stream()
            await reply.send("id: 8\nevent: action\ndata: \(data)\n\n" + Samples.endFrame(9))
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var received: [EventResource] = []
                for try await case .event(let event) in client.events(ofJob: 42) {
                    received.append(event.value)
                }
                #expect(received.map(\.id) == [8, 9])
                #expect(received.first?.content == .action("signal", .running))
                #expect(received.map(\.by) == ["token:ci", nil])
            }
        }
    }

    @Test func estimatesAreNothingToGoOnFrom() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            switch request.number {
            case 0: await reply.send("retry: 1\n\n" + Samples.estimateFrame(0.1))
            case 1: await reply.send(Samples.progressFrame(7) + Samples.estimateFrame(0.2))
            case 2: await reply.send(Samples.estimateFrame(0.3) + Samples.estimateFrame(0.4))
            default: await reply.send(Samples.estimateFrame(0.5) + Samples.endFrame(9))
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var received: [String] = []
                for try await element in client.events(ofJob: 42) {
                    switch element {
                    case .event(let event): received.append("\(event.value.id)")
                    case .estimate(let estimate):
                        #expect(estimate.value.job == 42 && estimate.value.attempt == 1)
                        #expect(estimate.value.progress.source == "history")
                        received.append("~\(estimate.value.progress.fraction ?? -1)")
                        let document = String(decoding: estimate.json, as: UTF8.self)
                        #expect(document.hasPrefix(#"{"job":42,"#))
                    case .reset: received.append("reset")
                    }
                }
                #expect(received == ["~0.1", "7", "~0.2", "~0.3", "~0.4", "~0.5", "9"])
            }
            #expect(daemon.requests.map { $0.headers["last-event-id"] } == [nil, nil, "7", "7"])
        }
    }

    /// What is neither is not passed over in silence.
    @Test(arguments: ["{}", #"{"job":42}"#, "42"])
    func whatIsNoEventIsAnError(_ data: String) async throws {
        _ = try await FakeDaemon.with { _, reply in
            await reply.stream()
            await reply.send("data: \(data)\n\n")
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                await #expect(throws: ClientError.self) {
                    _ = try await ids(client.events(ofJob: 42))
                }
            }
        }
    }

    @Test func endEndsTheStreamThoughTheConnectionStays() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.stream()
            await reply.send(Samples.progressFrame(1) + Samples.endFrame(2))
            try await untilCancelled()
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let received = try await ids(client.events(ofJob: 42))
                #expect(received == [1, 2])
            }
            #expect(daemon.requests.count == 1)
        }
    }

    @Test func serversRetryIsTheFirstWait() async throws {
        let interruptions = Mutex<[StreamInterruption]>([])
        var options = patient
        options.onInterruption = { interruption in
            interruptions.withLock { $0.append(interruption) }
        }
        let interrupting = options
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            await reply.send(
                request.number == 0
                    ? "retry: 40\n\n" + Samples.progressFrame(1) : Samples.endFrame(2))
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: interrupting) { client in
                let received = try await ids(client.events(ofJob: 42))
                #expect(received == [1, 2])
            }
        }
        let seen = interruptions.withLock { $0 }
        #expect(seen.count == 1)
        let first = try #require(seen.first)
        #expect(first.retryIn >= .milliseconds(30) && first.retryIn <= .milliseconds(50))
        #expect(first.failures == 1)
        #expect(first.reason == "the connection was closed")
    }

    @Test func resetBeginsAgainWithoutTheOldCursor() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            switch request.number {
            case 0:
                // Cut right after the reset, in the middle of the event after it.
                await reply.send(
                    "retry: 1\n\nevent: reset\ndata: \(Samples.job())\n\n"
                        + Samples.estimateFrame(0.5) + "id: 1\nda")
            case 1: await reply.send(Samples.progressFrame(1))
            default: await reply.send(Samples.endFrame(2))
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var names: [String] = []
                for try await element in client.events(ofJob: 42, after: 999) {
                    switch element {
                    case .event(let event): names.append("\(event.value.id)")
                    case .estimate: names.append("estimate")
                    case .reset(let job): names.append("reset \(job.value?.id ?? 0)")
                    }
                }
                #expect(names == ["reset 42", "estimate", "1", "2"])
            }
            #expect(daemon.requests.map { $0.headers["last-event-id"] } == ["999", nil, "1"])
        }
    }

    @Test func allJobsGoOnFromTheBeginningAfterAReset() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            if request.number == 0 {
                return await reply.send("retry: 1\n\nevent: reset\ndata: {}\n\n")
            }
            await reply.send(Samples.endFrame(5) + Samples.progressFrame(6))
            try await untilCancelled()
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var received: [Int64] = []
                var query = JobQuery(state: "running")
                query.labels = ["a": "b"]
                for try await element in client.events(matching: query, after: 99) {
                    guard case .event(let event) = element else { continue }
                    received.append(event.value.id)
                    // The end of one job is not the end of all.
                    if event.value.id == 6 { break }
                }
                #expect(received == [5, 6])
            }
            #expect(daemon.requests.map { $0.headers["last-event-id"] } == ["99", "0"])
            #expect(daemon.requests.first?.target == "/events?state=running&label=a%3Db")
        }
    }

    @Test func anIdWithoutAnEventSaysWhereALiveStreamBegins() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            if request.number == 0 { return await reply.send("retry: 1\nid: 77\n\n") }
            await reply.send(Samples.progressFrame(78))
            try await untilCancelled()
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                for try await _ in client.events() { break }
            }
            #expect(daemon.requests.map { $0.headers["last-event-id"] } == [nil, "77"])
        }
    }

    @Test func fiveHundredIsTriedAgainAndFourHundredIsNot() async throws {
        try await FakeDaemon.with { request, reply in
            switch request.number {
            case 0:
                await reply.stream()
                await reply.send("retry: 1\n\n")
            case 1: await reply.answer("503 Service Unavailable", headers: ["Retry-After: 0"])
            case 2: await reply.answer("500 Internal Server Error")
            case 3: await reply.answer("429 Too Many Requests")
            case 4:
                await reply.stream()
                await reply.send(Samples.progressFrame(1))
            default:
                await reply.answer(
                    "404 Not Found", type: "application/problem+json",
                    #"{"title":"No such job","status":404,"code":"job_not_found"}"#)
            }
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                var received: [Int64] = []
                let error = await #expect(throws: ClientError.self) {
                    for try await case .event(let event) in client.events(ofJob: 42) {
                        received.append(event.value.id)
                    }
                }
                #expect(received == [1])
                guard case .problem(let problem) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(problem.code == "job_not_found")
            }
            #expect(daemon.requests.count == 6)
        }
    }

    @Test func whatIsNoEventStreamIsRefused() async throws {
        try await FakeDaemon.with { _, reply in
            await reply.answer("200 OK", type: "text/html", "<h1>Sign in</h1>")
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let error = await #expect(throws: ClientError.self) {
                    try await ids(client.events(ofJob: 42))
                }
                guard case .protocolViolation = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test func silenceIsDeath() async throws {
        try await FakeDaemon.with { request, reply in
            await reply.stream()
            guard request.headers["last-event-id"] == nil else {
                return await reply.send(Samples.endFrame(2))
            }
            await reply.send("retry: 1\n\n" + Samples.progressFrame(1))
            // Nothing more comes, and nothing says so.
            try await untilCancelled()
        } _: { daemon in
            let options = ClientOptions(silenceLimit: .milliseconds(200))
            try await Client.with(endpoint: daemon.endpoint, options: options) { client in
                let received = try await ids(client.events(ofJob: 42))
                #expect(received == [1, 2])
            }
            #expect(daemon.requests.last?.headers["last-event-id"] == "1")
        }
    }

    /// If comments did not count, no connection would live to its end.
    @Test(.timeLimit(.minutes(5))) func commentsAreASignOfLife() async throws {
        let limit = Duration.seconds(2)
        try await FakeDaemon.with { _, reply in
            let start = ContinuousClock.now
            await reply.stream()
            await reply.send("retry: 1\n\n")
            while ContinuousClock.now - start < limit * 2 {
                // The pace of the stream, not a wait for something.
                try await Task.sleep(for: .milliseconds(50))
                await reply.send(":\n\n")
            }
            await reply.send(Samples.endFrame(1))
        } _: { daemon in
            let options = ClientOptions(silenceLimit: limit)
            try await Client.with(endpoint: daemon.endpoint, options: options) { client in
                let received = try await ids(client.events(ofJob: 42))
                #expect(received == [1])
            }
        }
    }

    @Test func goesOnWhenTheDaemonComesBack() async throws {
        let path = NSTemporaryDirectory() + "jobd-\(UInt64.random(in: 0...(.max))).sock"
        let away = Signal()
        var options = patient
        options.onInterruption = { if $0.failures >= 2 { away.fire() } }
        let received = try await Client.with(
            endpoint: Endpoint(socketPath: path), options: options
        ) { client in
            let received = Task { try await ids(client.events(ofJob: 42)) }
            let lost = Signal()
            try await FakeDaemon.with(address: .socket(path)) { _, reply in
                await reply.stream()
                await reply.send("retry: 1\n\n" + Samples.progressFrame(1))
                lost.fire()
            } _: { _ in
                await lost.wait()
            }
            // It has found nobody there, at least once.
            await away.wait()
            try await FakeDaemon.with(address: .socket(path)) { request, reply in
                #expect(request.headers["last-event-id"] == "1")
                await reply.stream()
                await reply.send(Samples.endFrame(2))
                try await untilCancelled()
            } _: { _ in
                _ = try await received.value
            }
            return try await received.value
        }
        #expect(received == [1, 2])
        // The server takes its socket away when it ends, or it is left here.
        try? FileManager.default.removeItem(atPath: path)
    }

    @Test func givesUpWhenTold() async throws {
        let endpoint = Endpoint(socketPath: "/nonexistent/jobd.sock")
        let options = ClientOptions(reconnectLimit: .zero)
        try await Client.with(endpoint: endpoint, options: options) { client in
            let error = await #expect(throws: ClientError.self) {
                try await ids(client.events(ofJob: 42))
            }
            #expect(error == .unreachable(endpoint, reason: "no such socket"))
        }
    }

    @Test func cancellationEndsIt() async throws {
        let connected = Signal()
        try await FakeDaemon.with { _, reply in
            await reply.stream()
            await reply.send(":\n\n")
            connected.fire()
            try await untilCancelled()
        } _: { daemon in
            try await Client.with(endpoint: daemon.endpoint, options: patient) { client in
                let task = Task { try await ids(client.events(ofJob: 42)) }
                await connected.wait()
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
        }
    }
}
