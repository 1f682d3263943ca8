import Foundation
import JobTestSupport
import Testing

/// Changing jobs that have not started, and listing jobs while others come.
@Suite(.serialized) struct ChangeTests {
    @Test func whatCanBeChangedIsChangedAndTheRestStays() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("a", ["paused": true])
            try jobd.putQueue("b", [:])
            let id = try jobd.submit([
                "command": ["true"], "queue": "a", "priority": 3,
                "labels": ["app": "shop", "old": "1"],
            ])
            let (status, same) = try jobd.send("PATCH", "/jobs/\(id)", [:])
            #expect(status == 200 && same["priority"] as? Int == 3)
            let (_, labelled) = try jobd.send("PATCH", "/jobs/\(id)", ["labels": ["new": "2"]])
            #expect(labelled["labels"] as? [String: String] == ["new": "2"])
            #expect(labelled["priority"] as? Int == 3 && labelled["queue"] as? String == "a")
            let listed = try jobd.json("GET", "/jobs?label=new=2").object
            #expect((listed["jobs"] as? [Any])?.count == 1)
            try jobd.killAndRestart()
            let (_, moved) = try jobd.send("PATCH", "/jobs/\(id)", ["queue": "b", "priority": -1])
            #expect(moved["queue"] as? String == "b" && moved["priority"] as? Int == -1)
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")
            #expect(job["labels"] as? [String: String] == ["new": "2"])
            // No change is told as a change of state.
            let events = try jobd.events(of: id)
            let states = events.filter { $0["action"] == nil }
            #expect(
                states.compactMap { $0["state"] as? String }
                    == ["queued", "running", "succeeded"])
            // The one that changed nothing is not told at all.
            let actions = events.compactMap { $0["action"] as? String }
            #expect(actions == ["change", "change"])
        }
    }

    @Test func whatHasStartedIsNotChanged() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submitGated("go")
            try jobd.wrote("ready", id)
            for change: [String: Any] in [
                ["priority": 1], ["queue": "default"], ["not_before": NSNull()],
                ["labels": ["a": "b"]],
            ] {
                try jobd.expectRefusal(
                    "PATCH", "/jobs/\(id)", change, status: 409, code: "conflict")
            }
            _ = try jobd.send("POST", "/jobs/\(id)/pause")
            try jobd.expectRefusal(
                "PATCH", "/jobs/\(id)", ["priority": 1], status: 409, code: "conflict")
            _ = try jobd.send("POST", "/jobs/\(id)/resume")
            jobd.open(gate: "go")
            try jobd.finished(id)
            try jobd.expectRefusal(
                "PATCH", "/jobs/\(id)", ["priority": 1], status: 409, code: "conflict")
            #expect(try jobd.job(id)["priority"] as? Int == 0)
        }
    }

    @Test func whatIsWrongWithAChangeIsSaidAndNothingOfItIsDone() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"], "not_before": "2999-01-01T00:00:00Z"])
            let wrong: [([String: Any], [String])] = [
                (["command": ["false"]], ["command"]), (["name": "x"], ["name"]),
                (
                    ["priority": "high", "labels": ["a": 1], "queue": 5],
                    ["priority", "queue", "labels.a"]
                ),
                (["priority": 7, "queue": "none"], ["queue"]),
                (["priority": NSNull()], ["priority"]),
            ]
            for (change, fields) in wrong {
                let (status, problem) = try jobd.send("PATCH", "/jobs/\(id)", change)
                #expect(status == 422 && problem["code"] as? String == "invalid_spec")
                let errors = problem["errors"] as? [[String: Any]] ?? []
                #expect(Set(errors.compactMap { $0["field"] as? String }) == Set(fields))
            }
            try jobd.expectRefusal(
                "PATCH", "/jobs/4711", ["priority": 1], status: 404, code: "job_not_found")
            let form = try jobd.request(
                "PATCH", "/jobs/\(id)", ["Content-Type": "text/plain"], body: "{}")
            #expect(form.head.status == 415)
            #expect(try jobd.json("PATCH", "/jobs/\(id)", body: "[]").status == 400)
            #expect(try jobd.job(id)["priority"] as? Int == 0)
        }
    }

    @Test func aJobThatWaitsForItsRetryCanBeMoved() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("b", [:])
            let id = try jobd.submit([
                "command": "[ $JOBD_ATTEMPT = 2 ]", "retry": ["backoff_seconds": 1000],
            ])
            try jobd.reached("waiting", id)
            let eligible = try jobd.job(id)["eligible_at"] as? String
            let (status, moved) = try jobd.send(
                "PATCH", "/jobs/\(id)", ["queue": "b", "priority": 4])
            #expect(status == 200 && moved["queue"] as? String == "b")
            #expect(moved["waiting_for"] as? String == "retry")
            #expect(moved["eligible_at"] as? String == eligible)
            // To take away a time there is none of does not end the pause.
            let (_, same) = try jobd.send("PATCH", "/jobs/\(id)", ["not_before": NSNull()])
            #expect(same["waiting_for"] as? String == "retry")
            #expect(same["eligible_at"] as? String == eligible)
            // A later time counts too.
            let (_, later) = try jobd.send(
                "PATCH", "/jobs/\(id)", ["not_before": "2999-01-01T00:00:00Z"])
            #expect(later["eligible_at"] as? String == "2999-01-01T00:00:00.000Z")
            _ = try jobd.send("PATCH", "/jobs/\(id)", ["not_before": NSNull()])
            _ = try jobd.send("POST", "/jobs/\(id)/retry")
            #expect(try jobd.finished(id)["queue"] as? String == "b")
        }
    }

    // MARK: Lists

    /// Pages are read from the newest to the oldest; what comes meanwhile is newer.
    @Test func pagesAreSteadyWhileJobsComeAndEnd() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("still", ["slots": 0])
            var jobs = (0..<500).map { index -> [String: Any] in
                ["command": ["true"], "queue": "still", "labels": ["third": "\(index % 3)"]]
            }
            let (_, batch) = try jobd.send("POST", "/jobs/batch", ["jobs": jobs])
            let old = (batch["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
            #expect(old.count == 500)
            jobs = []
            func pages(_ query: String) throws -> [Int] {
                var seen: [Int] = []
                var path: String? = "/jobs?limit=23\(query)"
                while let next = path {
                    let page = try jobd.json("GET", next).object
                    let ids = (page["jobs"] as? [[String: Any]] ?? [])
                        .compactMap { $0["id"] as? Int }
                    #expect(ids.count <= 23)
                    seen += ids
                    path = page["next"] as? String
                    // Others are submitted, some of which run.
                    for _ in 0..<2 {
                        _ = try jobd.submit([
                            "command": ["true"], "labels": ["third": "1"],
                            "queue": seen.count % 2 == 0 ? "still" : "default",
                        ])
                    }
                }
                return seen
            }
            for (query, wanted) in [
                ("", old), ("&queue=still&state=queued", old),
                ("&label=third=1", old.filter { ($0 - old[0]) % 3 == 1 }),
            ] {
                let seen = try pages(query)
                #expect(seen == seen.sorted(by: >), "\(query)")
                #expect(Set(seen).count == seen.count, "\(query)")
                #expect(seen.filter { $0 <= old[499] } == wanted.reversed(), "\(query)")
            }
        }
    }

    @Test func newStatesAndFieldsCanBeFilteredFor() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let paused = try jobd.submitGated("never", ["labels": ["a": "b c=d&e", "x": "1"]])
            try jobd.wrote("ready", paused)
            _ = try jobd.send("POST", "/jobs/\(paused)/pause")
            let queued = try jobd.submit(["command": ["true"], "name": "q"])
            let waiting = try jobd.submit(["command": ["true"], "after": [queued]])
            func ids(_ query: String) throws -> [Int] {
                (try jobd.json("GET", "/jobs?\(query)").object["jobs"] as? [[String: Any]] ?? [])
                    .compactMap { $0["id"] as? Int }
            }
            #expect(try ids("state=paused") == [paused])
            #expect(try ids("state=waiting") == [waiting])
            #expect(try ids("state=waiting&state=paused,queued") == [waiting, queued, paused])
            #expect(try ids("label=a=b%20c%3Dd%26e&label=x=1") == [paused])
            #expect(try ids("label=a=b%20c%3Dd%26e&label=x=2") == [])
            let page = try jobd.json("GET", "/jobs?limit=1&state=paused,waiting").object
            let next = try #require(page["next"] as? String)
            #expect(try ids(String(next.dropFirst(6))) == [paused])
        }
    }
}
