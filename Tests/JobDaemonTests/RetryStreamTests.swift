import Foundation
import JobTestSupport
import Testing

/// Streams of jobs that have several attempts: one history, with one end.
@Suite(.serialized) struct RetryStreamTests {
    private let events = ["Accept": "text/event-stream"]

    /// Progress and output in each of its attempts; succeeds in the third.
    private func spec(_ more: [String: Any] = [:]) -> [String: Any] {
        var spec: [String: Any] = [
            "command": """
            for i in 20 60 100; do echo "$i% attempt $JOBD_ATTEMPT"; sleep 0.12; done
            [ $JOBD_ATTEMPT = 3 ]
            """,
            "retry": ["max_attempts": 3, "backoff_seconds": 0.1],
        ]
        spec.merge(more) { $1 }
        return spec
    }

    @Test func aClientFollowsAcrossAttemptsAndSeesEverythingOnce() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0.05"]) { jobd in
            let id = try jobd.submit(spec())
            let live = try jobd.stream("/jobs/\(id)/progress")
            #expect(try jobd.finished(id)["attempt"] as? Int == 3)
            #expect(live.count { $0.event == "end" } == 1)
            #expect(live.last?.event == "end")
            let ids = live.compactMap { $0.id.flatMap { Int($0) } }
            #expect(ids.count == live.count && ids == ids.sorted())
            #expect(Set(ids).count == ids.count)
            #expect(try jobd.stream("/jobs/\(id)/progress") == live)
            #expect(try jobd.events(of: id).compactMap { $0["id"] as? Int } == ids)
            #expect(
                Set(live.filter { $0.event == nil }.compactMap { $0.json["attempt"] as? Int })
                    == [1, 2, 3])
            let waits = live.filter { $0.json["waiting_for"] as? String == "retry" }
            #expect(waits.map(\.event) == ["state", "state"])
            #expect(waits.allSatisfy { $0.json["failure"] as? String == "exit" })
        }
    }

    /// Cut off again and again by the daemon's death, in whatever attempt.
    @Test func aClientThatIsCutOffMissesNothingOfAnyAttempt() throws {
        let seed = SeededGenerator().seed
        var random = SeededGenerator(seed: seed)
        try DaemonFixture.with(["--progress-interval-seconds", "0.02"]) { jobd in
            let id = try jobd.submit([
                "command": "for i in $(seq 1 60); do echo $i/60; sleep 0.01; done; exit 1",
                "retry": ["max_attempts": 4, "backoff_seconds": 0.05, "backoff_factor": 1],
            ])
            let readers = (0..<3).map {
                ReconnectingReader(
                    address: jobd.address, path: "/jobs/\(id)/progress", job: id,
                    seed: seed &+ UInt64($0), isPatient: $0 == 0)
            }
            for reader in readers { reader.start() }
            var kills = 0
            while readers.contains(where: { !$0.isFinished }) {
                let before = try jobd.job(id)["cursor"] as? Int ?? 0
                let more = Int.random(in: 5...40, using: &random)
                try waitUntil("there is more, or it is finished") {
                    let job = try jobd.job(id)
                    return job["finished_at"] is String
                        || (job["cursor"] as? Int ?? 0) > before + more
                }
                if kills < 8 { try jobd.killAndRestart() }
                kills += 1
            }
            let table = try jobd.events(of: id).compactMap { $0["id"] as? Int }
            for reader in readers {
                #expect(reader.received == table, "seed \(seed)")
                #expect(reader.failure == nil)
            }
            #expect(try jobd.job(id)["attempt"] as? Int == 4)
        }
    }

    @Test func runAgainByHandTheHistoryGoesOn() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo 50%; [ $JOBD_ATTEMPT = 2 ]"])
            try jobd.finished(id)
            let first = try jobd.stream("/jobs/\(id)/progress")
            let oldEnd = try #require(first.last?.id)
            let resume = ["Last-Event-ID": oldEnd]
            #expect(
                try jobd.request("GET", "/jobs/\(id)/progress", resume).head.status == 204)

            #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            // Whoever had the old end gets the new run, not the end of all.
            let second = try jobd.stream("/jobs/\(id)/progress", resume)
            #expect(second.map(\.event) == ["state", "state", nil, "end"])
            #expect(
                second.compactMap { $0.json["state"] as? String }
                    == ["queued", "running", "succeeded"])
            #expect(second.compactMap { $0.json["attempt"] as? Int } == [1, 2, 2, 2])
            // A replay passes over the end that was not the last.
            let all = try jobd.stream("/jobs/\(id)/progress")
            #expect(all == first.dropLast() + second)
            #expect(try jobd.events(of: id).count == all.count)
            let beforeOldEnd = try #require(first.dropLast().last?.id)
            #expect(
                try jobd.stream("/jobs/\(id)/progress?after=\(beforeOldEnd)") == second)
            let newEnd = try #require(second.last?.id)
            #expect(
                try jobd.request(
                    "GET", "/jobs/\(id)/progress", ["Last-Event-ID": newEnd]
                ).head.status == 204)
            // The stream of all jobs tells what happened, old ends too.
            let page =
                try jobd.json(
                    "GET", "/events?after=0", ["Accept": "application/json"]
                ).object["events"] as? [[String: Any]]
            #expect(page?.count == first.count + second.count)
        }
    }

    @Test func aPageThatEndsWhereAnOldEndWasGoesOn() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["false"]])
            for _ in 0..<3 {
                try jobd.finished(id)
                #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            }
            try jobd.finished(id)
            for limit in 1...4 {
                var states: [String] = []
                var after: Int? = 0
                while let cursor = after {
                    let page = try jobd.json(
                        "GET", "/jobs/\(id)/progress?limit=\(limit)&after=\(cursor)",
                        ["Accept": "application/json"]
                    ).object
                    let events = page["events"] as? [[String: Any]] ?? []
                    states += events.compactMap { $0["state"] as? String }
                    after = page["next_after"] as? Int
                }
                #expect(
                    states == (0..<4).flatMap { _ in ["queued", "running"] } + ["failed"],
                    "limit \(limit)")
            }
        }
    }

    // MARK: Output

    @Test func aFollowerOfTheOutputGoesFromAttemptToAttempt() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("default", ["paused": true])
            let id = try jobd.submit(spec())
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/jobs/\(id)/output", events)
            _ = try connection.head()
            let raw = try TestConnection(jobd.address)
            try raw.send("GET", "/jobs/\(id)/output?follow=1")
            let rawHead = try raw.head()
            try jobd.putQueue("default", ["paused": false])
            var parser = TestEventParser()
            var live: [TestEvent] = []
            while let piece = try connection.piece() { live += parser.feed(piece) }
            let whole = (1...3).flatMap { attempt in
                [20, 60, 100].map { "\($0)% attempt \(attempt)\n" }
            }.joined()
            let pieces = live.filter { $0.event == "output" }
            #expect(pieces.compactMap { $0.json["text"] as? String }.joined() == whole)
            #expect(live.count { $0.event == "end" } == 1 && live.last?.event == "end")
            #expect(live.last?.json["attempt"] as? Int == 3)
            let attempts = live.compactMap { $0.id?.split(separator: ":").first }
            #expect(attempts == attempts.sorted() && Set(attempts) == ["1", "2", "3"])
            #expect(String(decoding: try raw.body(rawHead), as: UTF8.self) == whole)

            // Resumed anywhere, the rest follows, of later attempts too.
            for (index, event) in live.enumerated().dropLast() {
                var headers = events
                headers["Last-Event-ID"] = event.id
                let rest = try jobd.stream("/jobs/\(id)/output", headers)
                #expect(rest.first?.event != "reset")
                #expect(Self.text(rest) == Self.text(live[(index + 1)...]), "after \(index)")
                #expect(rest.last == live.last)
            }
            var headers = events
            headers["Last-Event-ID"] = live.last?.id
            #expect(try jobd.request("GET", "/jobs/\(id)/output", headers).head.status == 204)

            // An attempt by itself.
            let second = try jobd.stream("/jobs/\(id)/output?attempt=2", events)
            #expect(
                Self.text(second[...])
                    == [20, 60, 100].map { "\($0)% attempt 2\n" }.joined())
            #expect(second.last?.event == "end")
        }
    }

    private static func text(_ events: some Sequence<TestEvent>) -> String {
        events.compactMap { $0.json["text"] as? String }.joined()
    }

    @Test func outputThatWasReadToItsEndGoesOnWhenTheJobIsRunAgain() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo attempt $JOBD_ATTEMPT"])
            try jobd.finished(id)
            let first = try jobd.stream("/jobs/\(id)/output", events)
            var headers = events
            headers["Last-Event-ID"] = first.last?.id
            #expect(try jobd.request("GET", "/jobs/\(id)/output", headers).head.status == 204)
            #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            try jobd.finished(id)
            let second = try jobd.stream("/jobs/\(id)/output", headers)
            #expect(second.map(\.event) == ["output", "end"])
            #expect(Self.text(second) == "attempt 2\n")
            #expect(second.last?.json["attempt"] as? Int == 2)
        }
    }
}
