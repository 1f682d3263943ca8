import Foundation
import JobTestSupport
import Testing

/// The main job: submit, watch, resume.
@Suite(.serialized) struct MainPathTests {
    @Test func aJobRunsAndItsStreamTellsItToTheEnd() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "for i in 0 50 100; do echo \"$i% complete\"; sleep 0.15; done",
                "name": "seed",
            ])
            let events = try jobd.stream("/jobs/\(id)/progress")
            #expect(events.map(\.event) == ["state", "state", nil, nil, nil, "end"])
            let ids = events.compactMap { $0.id.flatMap { Int($0) } }
            #expect(ids.count == events.count && ids == ids.sorted() && Set(ids).count == ids.count)
            let fractions = events.compactMap { $0.json["fraction"] as? Double }
            #expect(fractions == [0, 0.5, 1])
            let end = try #require(events.last).json
            #expect(end["state"] as? String == "succeeded")
            #expect(end["exit_code"] as? Int == 0)

            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")
            #expect(job["cursor"] as? Int == ids.last)
            #expect((job["usage"] as? [String: Any])?["output_bytes"] as? Int == 39)
            #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 1)
        }
    }

    @Test func aPlainTextStreamReadsLikeTheSeedExample() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let id = try jobd.submit([
                "command": "for i in $(seq 0 10 100); do echo \"$i% complete\"; done"
            ])
            let messages = try jobd.stream("/jobs/\(id)/progress?format=text")
                .filter { $0.event == nil }.map(\.data)
            #expect(messages == stride(from: 0, through: 100, by: 10).map { "\($0)% complete" })
        }
    }

    @Test func theStreamHasTheHeadersThatProxiesAndBrowsersNeed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["sleep", "60"]])
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/jobs/\(id)/progress")
            let head = try connection.head()
            #expect(head.headers["content-type"] == "text/event-stream")
            #expect(head.headers["cache-control"] == "no-store, no-transform")
            #expect(head.headers["x-accel-buffering"] == "no")
            #expect(head.headers["content-encoding"] == nil)
            // The first bytes leave at once, while the job is silent.
            let first = try #require(try connection.piece())
            #expect(String(decoding: first, as: UTF8.self).hasPrefix("retry: 1000\n\n"))
        }
    }

    @Test func silenceIsBrokenByComments() throws {
        try DaemonFixture.with(["--keepalive-seconds", "0.05"]) { jobd in
            let id = try jobd.submit(["command": ["sleep", "60"]])
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/jobs/\(id)/progress")
            _ = try connection.head()
            var parser = TestEventParser()
            while parser.comments < 3 {
                _ = parser.feed(try #require(try connection.piece()))
            }
        }
    }

    @Test func aStreamResumesByHeaderOrParameterAndStopsAfterItsEnd() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": "echo 10%; echo 20%; exit 4"])
            try jobd.finished(id)
            let all = try jobd.stream("/jobs/\(id)/progress")
            for (index, event) in all.enumerated() {
                let cursor = try #require(event.id)
                let headers = ["Last-Event-ID": cursor]
                if event == all.last {
                    let answer = try jobd.request("GET", "/jobs/\(id)/progress", headers)
                    #expect(answer.head.status == 204)
                } else {
                    let rest = Array(all[(index + 1)...])
                    #expect(try jobd.stream("/jobs/\(id)/progress", headers) == rest)
                    #expect(try jobd.stream("/jobs/\(id)/progress?after=\(cursor)") == rest)
                    // The header wins over the parameter.
                    #expect(try jobd.stream("/jobs/\(id)/progress?after=999999", headers) == rest)
                }
            }
            let end = try #require(all.last).json
            #expect(end["failure"] as? String == "exit")
            #expect(end["exit_code"] as? Int == 4)
        }
    }

    @Test func aCursorThatWasNeverIssuedIsResetAlsoOnAFinishedJob() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            let events = try jobd.stream("/jobs/\(id)/progress", ["Last-Event-ID": "999999"])
            let reset = try #require(events.first)
            #expect(reset.event == "reset")
            #expect(reset.id == nil)
            #expect(reset.json["id"] as? Int == id)
            #expect(events.dropFirst().map(\.event) == ["state", "state", "end"])
        }
    }

    @Test func linesOfJSONAndPagesCarryTheSameEvents() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let id = try jobd.submit(["command": "seq 1 40 | sed 's,$,/40,'"])
            try jobd.finished(id)
            let streamed = try jobd.stream("/jobs/\(id)/progress").map(\.data)
            let (_, lines) = try jobd.request(
                "GET", "/jobs/\(id)/progress", ["Accept": "application/x-ndjson"])
            #expect(
                String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init)
                    == streamed)
            var after = 0
            var paged: [Int] = []
            while true {
                let (status, page) = try jobd.json(
                    "GET", "/jobs/\(id)/progress?limit=7&after=\(after)",
                    ["Accept": "application/json"])
                #expect(status == 200)
                let events = try #require(page["events"] as? [[String: Any]])
                paged += events.compactMap { $0["id"] as? Int }
                guard let next = page["next_after"] as? Int else { break }
                after = next
            }
            #expect(paged.count == streamed.count)
            #expect(paged == paged.sorted())
        }
    }

    @Test func allJobsShareOneStreamThatStartsLiveUnlessAskedOtherwise() throws {
        try DaemonFixture.with { jobd in
            let first = try jobd.submit(["command": ["true"], "labels": ["app": "shop"]])
            try jobd.finished(first)
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/events")
            _ = try connection.head()
            // The opening shows that the stream has taken its place.
            _ = try connection.piece()
            let second = try jobd.submit(["command": ["false"]])
            var parser = TestEventParser()
            var live: [TestEvent] = []
            while live.last?.event != "end" {
                live += parser.feed(try #require(try connection.piece()))
            }
            #expect(Set(live.compactMap { $0.json["job"] as? Int }) == [second])
            let all = try jobd.stream("/events?after=0") {
                $0.json["job"] as? Int == second && $0.event == "end"
            }
            #expect(all.filter { $0.json["job"] as? Int == second } == live)
            #expect(Set(all.compactMap { $0.json["job"] as? Int }) == [first, second])
            let labelled =
                try jobd.json(
                    "GET", "/events?after=0&label=app=shop", ["Accept": "application/json"]
                ).object["events"] as? [[String: Any]]
            #expect(labelled?.count == 3)
            #expect(labelled?.allSatisfy { $0["job"] as? Int == first } == true)
        }
    }
}
