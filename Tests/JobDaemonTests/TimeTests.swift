import Foundation
import JobTestSupport
import Testing

/// Jobs that do not start before a given time.
@Suite(.serialized) struct TimeTests {
    private func time(in seconds: Double) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return style.format(Date(timeIntervalSinceNow: seconds))
    }

    @Test func aPastTimeHoldsNothingUp() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": ["true"], "not_before": "2020-02-29T23:59:60.5-12:34",
            ])
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")
            #expect(job["not_before"] as? String == "2020-03-01T12:34:00.500Z")
            #expect(job["eligible_at"] is NSNull)
            #expect(
                try jobd.events(of: id).compactMap { $0["state"] as? String }
                    == ["queued", "running", "succeeded"])
        }
    }

    @Test func aJobWaitsForItsTimeAndStartsByItself() throws {
        try DaemonFixture.with { jobd in
            let wanted = time(in: 1.2)
            let id = try jobd.submit(["command": ["true"], "not_before": wanted])
            let waiting = try jobd.job(id)
            #expect(waiting["state"] as? String == "waiting")
            #expect(waiting["waiting_for"] as? String == "time")
            #expect(waiting["eligible_at"] as? String == wanted)
            #expect(waiting["not_before"] as? String == wanted)
            let job = try jobd.finished(id)
            #expect(try #require(seconds(job["started_at"])) >= #require(seconds(wanted)))
            #expect(job["waiting_for"] is NSNull && job["eligible_at"] is NSNull)
            let events = try jobd.events(of: id)
            #expect(
                events.compactMap { $0["state"] as? String }
                    == ["waiting", "queued", "running", "succeeded"])
            #expect(events.first?["waiting_for"] as? String == "time")
        }
    }

    /// Also when the time passes while no daemon runs.
    @Test func theTimeIsKeptOverARestart() throws {
        try DaemonFixture.with { jobd in
            let soon = try jobd.submit(["command": ["true"], "not_before": time(in: 1.5)])
            let missed = try jobd.submit(["command": ["true"], "not_before": time(in: 0.3)])
            let far = try jobd.submit(["command": ["true"], "not_before": time(in: 500_000)])
            jobd.kill()
            let missedTime = Date(timeIntervalSinceNow: 0.3)
            try waitUntil("the time has passed") { Date() > missedTime }
            try jobd.start()
            #expect(try jobd.finished(missed)["state"] as? String == "succeeded")
            let job = try jobd.finished(soon)
            #expect(
                try #require(seconds(job["started_at"])) >= #require(seconds(job["not_before"])))
            #expect(try jobd.state(far) == "waiting")
        }
    }

    @Test func manyTimesComeInTheirOrder() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let start = time(in: 1.5)
            // All due at the same moment, and one far away before and behind them.
            let ids = try (0..<10).map { index in
                try jobd.submit([
                    "command": "echo \(index) >> \(jobd.directory)/order", "not_before": start,
                ])
            }
            let early = try jobd.submit([
                "command": "echo early >> \(jobd.directory)/order", "not_before": time(in: 0.2),
            ])
            try jobd.finished(early)
            for id in ids { try jobd.finished(id) }
            let order = try String(contentsOfFile: "\(jobd.directory)/order", encoding: .utf8)
            #expect(order == "early\n" + (0..<10).map { "\($0)\n" }.joined())
        }
    }

    @Test func theTimeCanBeChangedAndTakenAway() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"], "not_before": time(in: 100_000)])
            let later = time(in: 200_000)
            let (status, moved) = try jobd.send("PATCH", "/jobs/\(id)", ["not_before": later])
            #expect(status == 200)
            #expect(moved["eligible_at"] as? String == later)
            #expect(moved["state"] as? String == "waiting")
            let (_, free) = try jobd.send("PATCH", "/jobs/\(id)", ["not_before": NSNull()])
            #expect(free["not_before"] is NSNull)
            #expect(free["eligible_at"] is NSNull)
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")

            // To a time that has passed is now.
            let second = try jobd.submit(["command": ["true"], "not_before": time(in: 100_000)])
            #expect(
                try jobd.send("PATCH", "/jobs/\(second)", ["not_before": time(in: -1)]).status
                    == 200)
            #expect(try jobd.finished(second)["state"] as? String == "succeeded")

            // And a job that is queued can be told to wait.
            try jobd.putQueue("q", ["paused": true])
            let queued = try jobd.submit(["command": ["true"], "queue": "q"])
            let (_, waits) = try jobd.send("PATCH", "/jobs/\(queued)", ["not_before": later])
            #expect(waits["state"] as? String == "waiting")
            #expect(waits["waiting_for"] as? String == "time")
        }
    }

    @Test func aWaitingJobIsCancelledAtOnce() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"], "not_before": time(in: 100_000)])
            let (status, job) = try jobd.send("POST", "/jobs/\(id)/cancel")
            #expect(status == 200)
            #expect(job["state"] as? String == "cancelled")
            #expect(job["attempt"] as? Int == 0)
            #expect(job["eligible_at"] is NSNull)
            // Run again by hand it waits for its time again.
            let (_, again) = try jobd.send("POST", "/jobs/\(id)/retry")
            #expect(again["state"] as? String == "waiting")
            #expect(again["waiting_for"] as? String == "time")
        }
    }

    @Test func whatIsNoTimeIsRefused() throws {
        try DaemonFixture.with { jobd in
            for time: Any in ["tomorrow", "2026-02-29T00:00:00Z", 5, "2026-11-22T09:00:00"] {
                try jobd.expectRefusal(
                    "POST", "/jobs", ["command": ["true"], "not_before": time], status: 422,
                    code: "invalid_spec", fields: ["not_before"])
            }
            let id = try jobd.submit(["command": ["true"], "not_before": time(in: 100_000)])
            try jobd.expectRefusal(
                "PATCH", "/jobs/\(id)", ["not_before": "soon"], status: 422, code: "invalid_spec",
                fields: ["not_before"])
            #expect(try jobd.state(id) == "waiting")
        }
    }
}
