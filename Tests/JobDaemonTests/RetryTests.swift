import Foundation
import Glibc
import JobTestSupport
import Testing

/// Attempts that fail and are followed by others.
@Suite(.serialized) struct RetryTests {
    /// Succeeds in the `number`th attempt.
    private func succeeds(in number: Int) -> String {
        "echo attempt $JOBD_ATTEMPT; [ $JOBD_ATTEMPT = \(number) ]"
    }

    @Test func aJobIsTriedUntilItSucceeds() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": succeeds(in: 3), "retry": ["max_attempts": 5, "backoff_seconds": 0],
            ])
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded")
            #expect(job["attempt"] as? Int == 3)
            #expect(job["max_attempts"] as? Int == 5)
            #expect(job["failure"] is NSNull && job["exit_code"] as? Int == 0)
            for attempt in 1...3 {
                #expect(try jobd.output(id, attempt: attempt) == "attempt \(attempt)\n")
            }
            #expect(try jobd.output(id) == "attempt 3\n")
            try jobd.expectRefusal(
                "GET", "/jobs/\(id)/output?attempt=4", status: 404, code: "output_not_found")

            let events = try jobd.events(of: id)
            #expect(
                events.compactMap { $0["state"] as? String } == [
                    "queued", "running", "waiting", "queued", "running", "waiting", "queued",
                    "running", "succeeded",
                ])
            #expect(
                events.compactMap { $0["attempt"] as? Int } == [0, 1, 1, 1, 2, 2, 2, 3, 3])
            let failed = events[2]
            #expect(failed["waiting_for"] as? String == "retry")
            #expect(failed["failure"] as? String == "exit")
            #expect(failed["exit_code"] as? Int == 1)
            #expect(failed["signal"] is NSNull)
            #expect(failed["error"] is String)
            let ids = events.compactMap { $0["id"] as? Int }
            #expect(ids == ids.sorted() && Set(ids).count == events.count)
        }
    }

    @Test func theAttemptsAreListed() throws {
        try DaemonFixture.with { jobd in
            let fresh = try jobd.submit(["command": ["true"], "not_before": "2999-01-01T00:00:00Z"])
            #expect(try jobd.attempts(fresh).isEmpty)
            let id = try jobd.submit([
                "command": """
                [ $JOBD_ATTEMPT = 1 ] && exit 7
                [ $JOBD_ATTEMPT = 2 ] && kill -9 $$
                echo ready; while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done
                """, "retry": ["max_attempts": 3, "backoff_seconds": 0],
            ])
            try waitUntil("the third runs") {
                try jobd.job(id)["attempt"] as? Int == 3 && jobd.output(id) == "ready\n"
            }
            let attempts = try jobd.attempts(id)
            #expect(attempts.compactMap { $0["number"] as? Int } == [1, 2, 3])
            #expect(attempts.map { $0["outcome"] as? String } == ["failed", "failed", nil])
            #expect(attempts.map { $0["failure"] as? String } == ["exit", "signal", nil])
            #expect(attempts.map { $0["exit_code"] as? Int } == [7, nil, nil])
            #expect(attempts.map { $0["signal"] as? Int } == [nil, 9, nil])
            #expect(attempts[0]["usage"] is [String: Any] && attempts[2]["usage"] is NSNull)
            #expect(attempts[2]["finished_at"] is NSNull && attempts[0]["granted"] is NSNull)
            let links = attempts.compactMap {
                ($0["links"] as? [String: Any])?["output"] as? String
            }
            #expect(links == (1...3).map { "/jobs/\(id)/output?attempt=\($0)" })
            #expect(try jobd.request("GET", links[2]).body == Array("ready\n".utf8))
            let times = try attempts.map { try #require(seconds($0["started_at"])) }
            #expect(times == times.sorted())
            try jobd.killAndRestart()
            #expect(try jobd.send("POST", "/jobs/\(id)/cancel").status == 202)
            try jobd.finished(id)
            let last = try #require(try jobd.attempts(id).last)
            #expect(last["outcome"] as? String == "cancelled")
            #expect(last["failure"] is NSNull)
            #expect(last["finished_at"] is String)
            try jobd.expectRefusal(
                "GET", "/jobs/4711/attempts", status: 404, code: "job_not_found")
        }
    }

    @Test func withoutAPolicyThereIsOneAttemptAndWithOneAsManyAsItSays() throws {
        try DaemonFixture.with { jobd in
            let once = try jobd.submit(["command": ["false"]])
            let job = try jobd.finished(once)
            #expect(job["attempt"] as? Int == 1 && job["max_attempts"] as? Int == 1)
            #expect(job["retry"] is NSNull)
            let thrice = try jobd.submit([
                "command": "exit 4", "retry": ["backoff_seconds": 0],
            ])
            let failed = try jobd.finished(thrice)
            #expect(failed["attempt"] as? Int == 3 && failed["max_attempts"] as? Int == 3)
            #expect(failed["failure"] as? String == "exit" && failed["exit_code"] as? Int == 4)
            let retry = try #require(failed["retry"] as? [String: Any])
            #expect(retry["max_attempts"] as? Int == 3)
            #expect(retry["backoff_seconds"] as? Double == 0)
            #expect(retry["backoff_factor"] as? Double == 2)
            #expect(retry["max_backoff_seconds"] as? Double == 300)
            #expect(
                retry["on"] as? [String]
                    == ["exit", "lost", "output_limit", "signal", "stalled", "timeout"])
        }
    }

    /// Never sooner than was asked for, and longer by up to a fifth.
    @Test func thePausesGrowUpToTheirLimit() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": ["false"],
                "retry": [
                    "max_attempts": 5, "backoff_seconds": 0.2, "backoff_factor": 3,
                    "max_backoff_seconds": 0.8,
                ],
            ])
            var eligible: [Int: Double] = [:]
            try waitUntil("it is finished") {
                let job = try jobd.job(id)
                if job["waiting_for"] as? String == "retry", let attempt = job["attempt"] as? Int {
                    eligible[attempt] = seconds(job["eligible_at"])
                }
                return job["finished_at"] is String
            }
            let attempts = try jobd.attempts(id)
            #expect(attempts.count == 5)
            for (index, pause) in [0.2, 0.6, 0.8, 0.8].enumerated() {
                let end = try #require(seconds(attempts[index]["finished_at"]))
                let next = try #require(seconds(attempts[index + 1]["started_at"]))
                // Times are told in whole milliseconds.
                #expect(next - end >= pause - 0.001, "pause \(index)")
                if let eligible = eligible[index + 1] {
                    #expect(eligible - end >= pause - 0.001, "pause \(index)")
                    #expect(eligible - end <= pause * 1.2 + 0.001, "pause \(index)")
                    #expect(next >= eligible - 0.001)
                }
            }
            #expect(!eligible.isEmpty)
        }
    }

    @Test func whileAJobWaitsItTellsHowTheAttemptFailed() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "echo 30%; exit 9", "retry": ["backoff_seconds": 1000],
            ])
            let job = try jobd.reached("waiting", id)
            #expect(job["waiting_for"] as? String == "retry")
            #expect(job["failure"] as? String == "exit" && job["exit_code"] as? Int == 9)
            #expect(job["error"] is String && job["finished_at"] is NSNull)
            #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 0.3)
            #expect((job["usage"] as? [String: Any])?["output_bytes"] as? Int == 4)
            #expect(try #require(seconds(job["eligible_at"])) > Date().timeIntervalSince1970 + 900)
            #expect(try jobd.json("GET", "/queues/default").object["waiting"] as? Int == 1)
            // Neither deleted nor paused, and not signalled: it does not run.
            try jobd.expectRefusal("DELETE", "/jobs/\(id)", status: 409, code: "conflict")
            try jobd.expectRefusal("POST", "/jobs/\(id)/pause", status: 409, code: "conflict")
            try jobd.killAndRestart()
            #expect(try jobd.job(id)["waiting_for"] as? String == "retry")
            // Cancelled, it is not tried again.
            let (status, cancelled) = try jobd.send("POST", "/jobs/\(id)/cancel")
            #expect(status == 200 && cancelled["state"] as? String == "cancelled")
            #expect(cancelled["failure"] is NSNull && cancelled["eligible_at"] is NSNull)
            #expect(try jobd.attempts(id).count == 1)
            #expect(try jobd.stream("/jobs/\(id)/progress").last?.event == "end")
        }
    }

    @Test func aPauseBetweenAttemptsOutlivesTheDaemon() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": succeeds(in: 2), "retry": ["backoff_seconds": 1.5],
            ])
            let eligible = try #require(
                seconds(try jobd.reached("waiting", id)["eligible_at"]))
            try jobd.killAndRestart()
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded" && job["attempt"] as? Int == 2)
            #expect(try #require(seconds(job["started_at"])) >= eligible - 0.001)
        }
    }

    // MARK: Which failures

    private struct Failing {
        let spec: [String: Any]
        /// What `retry.on` says, if anything.
        var on: [String]?
        let failure: String
        let attempts: Int
    }

    /// Runs jobs that fail, with two attempts at most.
    private func expect(_ cases: [Failing]) throws {
        try DaemonFixture.with(["--slots", "4"]) { jobd in
            let ids = try cases.map { failing in
                var spec = failing.spec
                var retry: [String: Any] = ["max_attempts": 2, "backoff_seconds": 0]
                retry["on"] = failing.on
                spec["retry"] = retry
                return try jobd.submit(spec)
            }
            for (id, failing) in zip(ids, cases) {
                let job = try jobd.finished(id)
                #expect(job["failure"] as? String == failing.failure)
                #expect(job["attempt"] as? Int == failing.attempts, "\(failing)")
            }
        }
    }

    @Test func eachFailureIsRetriedByDefaultButOneThatNeverStarts() throws {
        let long = ["sleep", "1000"]
        try expect([
            Failing(spec: ["command": ["false"]], failure: "exit", attempts: 2),
            Failing(spec: ["command": "kill -9 $$"], failure: "signal", attempts: 2),
            Failing(
                spec: ["command": long, "timeout_seconds": 0.1], failure: "timeout", attempts: 2),
            Failing(
                spec: ["command": long, "stall_timeout_seconds": 0.1], failure: "stalled",
                attempts: 2),
            Failing(
                spec: ["command": "yes", "output_limit_bytes": 1000], failure: "output_limit",
                attempts: 2),
            Failing(spec: ["command": ["no-such-program-42"]], failure: "unstartable", attempts: 1),
        ])
    }

    @Test func onlyTheFailuresThatAreNamedAreRetried() throws {
        try expect([
            Failing(spec: ["command": ["false"]], on: ["signal"], failure: "exit", attempts: 1),
            Failing(spec: ["command": ["false"]], on: [], failure: "exit", attempts: 1),
            Failing(
                spec: ["command": "kill -9 $$"], on: ["signal"], failure: "signal", attempts: 2),
            Failing(
                spec: ["command": ["sleep", "1000"], "timeout_seconds": 0.1], on: ["exit"],
                failure: "timeout", attempts: 1),
            Failing(
                spec: ["command": ["no-such-program-42"]], on: ["unstartable"],
                failure: "unstartable", attempts: 2),
        ])
    }

    @Test func aLostAttemptIsRetriedAlsoWhenTheDaemonDiesWithIt() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": "echo ready; [ $JOBD_ATTEMPT = 3 ] || sleep 1000",
                "retry": ["max_attempts": 3, "backoff_seconds": 0],
            ])
            try jobd.wrote("ready", id)
            jobd.killSupervisor(id)
            try waitUntil("the second runs") {
                try jobd.job(id)["attempt"] as? Int == 2 && jobd.output(id) == "ready\n"
            }
            jobd.kill()
            jobd.killSupervisor(id)
            try jobd.start()
            let job = try jobd.finished(id)
            #expect(job["state"] as? String == "succeeded" && job["attempt"] as? Int == 3)
            #expect(
                try jobd.attempts(id).map { $0["failure"] as? String } == ["lost", "lost", nil])
            try waitUntil("nothing is left of it") { jobd.remnants().isEmpty }
        }
    }

    // MARK: By hand

    @Test func aFinishedJobRunsAgainByHandWithAllItsAttempts() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": succeeds(in: 5),
                "retry": ["max_attempts": 2, "backoff_seconds": 0],
            ])
            #expect(try jobd.finished(id)["attempt"] as? Int == 2)
            let (status, job) = try jobd.send("POST", "/jobs/\(id)/retry", [:])
            #expect(status == 200)
            #expect(job["finished_at"] is NSNull && job["failure"] is NSNull)
            #expect(job["exit_code"] is NSNull && job["max_attempts"] as? Int == 4)
            #expect(try jobd.finished(id)["attempt"] as? Int == 4)
            try jobd.killAndRestart()
            #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            // Also one that has succeeded.
            #expect(try jobd.send("POST", "/jobs/\(id)/retry").status == 200)
            let last = try jobd.finished(id)
            #expect(last["attempt"] as? Int == 7 && last["state"] as? String == "failed")
            #expect(try jobd.attempts(id).count == 7)
        }
    }

    @Test func aJobThatWaitsForItsRetryIsRetriedNow() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": succeeds(in: 2), "retry": ["backoff_seconds": 1000],
            ])
            try jobd.reached("waiting", id)
            let (status, job) = try jobd.send("POST", "/jobs/\(id)/retry")
            #expect(status == 200)
            #expect(job["waiting_for"] is NSNull && job["eligible_at"] is NSNull)
            #expect(try jobd.finished(id)["attempt"] as? Int == 2)
            #expect(
                try jobd.events(of: id).compactMap { $0["state"] as? String } == [
                    "queued", "running", "waiting", "queued", "running", "succeeded",
                ])
        }
    }

    @Test func whatHasNotFinishedIsNotRunAgain() throws {
        try DaemonFixture.with(["--slots", "1"]) { jobd in
            let running = try jobd.submitGated("never")
            let queued = try jobd.submit(["command": ["true"]])
            let waiting = try jobd.submit(["command": ["true"], "after": [queued]])
            try jobd.wrote("ready", running)
            for id in [running, queued, waiting] {
                try jobd.expectRefusal(
                    "POST", "/jobs/\(id)/retry", status: 409, code: "conflict")
            }
            try jobd.expectRefusal("POST", "/jobs/4711/retry", status: 404, code: "job_not_found")
            try jobd.expectRefusal(
                "POST", "/jobs/\(running)/retry", ["now": true], status: 422,
                code: "invalid_spec", fields: ["now"])
            #expect(try jobd.job(running)["attempt"] as? Int == 1)
        }
    }
}
