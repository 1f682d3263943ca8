import Foundation
import Glibc
import JobTestSupport
import Testing

/// Submissions that are answered when the job has finished.
@Suite(.serialized) struct WaitTests {
    /// Sends a submission and does not read the answer.
    private func begin(
        _ jobd: DaemonFixture, _ spec: [String: Any], wait: String
    ) throws -> TestConnection {
        let connection = try TestConnection(jobd.address)
        try connection.send(
            "POST", "/jobs?wait=\(wait)", ["Content-Type": "application/json"],
            body: Array(try DaemonFixture.text(spec).utf8))
        return connection
    }

    private func answer(_ connection: TestConnection) throws -> (Int, [String: Any]) {
        let head = try connection.head()
        let body = try connection.body(head)
        return (
            head.status,
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        )
    }

    @Test func theAnswerHasTheOutcome() throws {
        try DaemonFixture.with { jobd in
            let (status, job) = try jobd.send(
                "POST", "/jobs?wait=30", ["command": "echo 80%; exit 3"])
            #expect(status == 201)
            #expect(job["state"] as? String == "failed")
            #expect(job["exit_code"] as? Int == 3 && job["finished_at"] is String)
            #expect((job["progress"] as? [String: Any])?["fraction"] as? Double == 0.8)
            let id = try #require(job["id"] as? Int)
            #expect(job["cursor"] as? Int == (try jobd.events(of: id).last?["id"] as? Int))
        }
    }

    @Test func afterTheTimeTheAnswerHasTheJobAsItIs() throws {
        try DaemonFixture.with { jobd in
            for wait in ["0", "0.2"] {
                let (status, job) = try jobd.send(
                    "POST", "/jobs?wait=\(wait)", ["command": ["sleep", "1000"]])
                #expect(status == 201)
                #expect(["queued", "running"].contains(job["state"] as? String ?? ""))
                #expect(job["finished_at"] is NSNull)
            }
        }
    }

    @Test func whoeverWaitsHoldsUpNobody() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            let waiting = try (0..<30).map { index in
                try begin(
                    jobd, ["command": ["true"], "not_before": "2999-01-01T00:00:00Z"],
                    wait: index == 0 ? "3600" : "600")
            }
            let other = try jobd.submit(["command": ["true"]])
            #expect(try jobd.finished(other)["state"] as? String == "succeeded")
            #expect(try jobd.request("HEAD", "/jobs").head.status == 200)
            // Each is told by its own job's end.
            var ids: [Int] = []
            try waitUntil("all are submitted") {
                let page = try jobd.json("GET", "/jobs?state=waiting&limit=100").object
                ids = (page["jobs"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
                return ids.count == waiting.count
            }
            for id in ids { _ = try jobd.send("POST", "/jobs/\(id)/cancel") }
            for connection in waiting {
                let (status, job) = try answer(connection)
                #expect(status == 201)
                #expect(job["state"] as? String == "cancelled")
            }
        }
    }

    @Test func theAnswerComesAfterTheLastAttempt() throws {
        try DaemonFixture.with { jobd in
            let (status, job) = try jobd.send(
                "POST", "/jobs?wait=60",
                [
                    "command": "sleep 0.05; [ $JOBD_ATTEMPT = 3 ]",
                    "retry": ["backoff_seconds": 0.05],
                ])
            #expect(status == 201)
            #expect(job["state"] as? String == "succeeded" && job["attempt"] as? Int == 3)
        }
    }

    @Test func aDaemonThatStopsAnswersFirst() throws {
        try DaemonFixture.with { jobd in
            let connection = try begin(jobd, ["command": ["sleep", "1000"]], wait: "600")
            try waitUntil("it runs") {
                let page = try jobd.json("GET", "/jobs?state=running").object
                return (page["jobs"] as? [Any])?.count == 1
            }
            jobd.daemon?.signal(SIGTERM)
            let (status, job) = try answer(connection)
            #expect(status == 201)
            #expect(job["state"] as? String == "running")
            #expect(jobd.daemon?.wait() == 0)
            try jobd.start()
            #expect(try jobd.state(try #require(job["id"] as? Int)) == "running")
        }
    }

    @Test func whoeverGoesAwayIsNotWaitedFor() throws {
        try DaemonFixture.with(["--stream-limit", "2"]) { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            func isStreamAdmitted() throws -> Bool {
                try !jobd.stream("/jobs/\(id)/progress").isEmpty
            }
            // Each wait takes one of the two places, if it finds one.
            var waiting: [TestConnection] = []
            try waitUntil("there is no room") {
                guard try isStreamAdmitted() else { return true }
                waiting.append(
                    try begin(
                        jobd, ["command": ["true"], "not_before": "2999-01-01T00:00:00Z"],
                        wait: "600"))
                return false
            }
            // They give the places back.
            waiting = []
            try waitUntil("there is room again", isStreamAdmitted)
            #expect(waiting.isEmpty)
        }
    }

    @Test func withTooManyWaitingTheAnswerComesAtOnce() throws {
        try DaemonFixture.with(["--stream-limit", "1", "--slots", "2"]) { jobd in
            let id = try jobd.submit(["command": ["sleep", "1000"]])
            let stream = try TestConnection(jobd.address)
            try stream.send("GET", "/jobs/\(id)/progress")
            _ = try stream.head()
            _ = try stream.piece()
            let (status, job) = try jobd.send(
                "POST", "/jobs?wait=3600", ["command": ["sleep", "1000"]])
            #expect(status == 201)
            #expect(job["finished_at"] is NSNull)
        }
    }

    @Test func aRepeatedSubmissionWaitsForTheFirstJob() throws {
        try DaemonFixture.with { jobd in
            let spec: [String: Any] = [
                "command": "while [ ! -e \(jobd.gate("go")) ]; do sleep 0.02; done"
            ]
            let key = ["Idempotency-Key": "k"]
            let (_, first) = try jobd.send("POST", "/jobs", spec, headers: key)
            let connection = try TestConnection(jobd.address)
            try connection.send(
                "POST", "/jobs?wait=600",
                key.merging(["Content-Type": "application/json"]) { $1 },
                body: Array(try DaemonFixture.text(spec).utf8))
            try jobd.reached("running", try #require(first["id"] as? Int))
            jobd.open(gate: "go")
            let (status, job) = try answer(connection)
            #expect(status == 200)
            #expect(job["id"] as? Int == first["id"] as? Int)
            #expect(job["state"] as? String == "succeeded")
        }
    }

    @Test func whatIsNoTimeToWaitIsRefusedAndNothingIsSubmitted() throws {
        try DaemonFixture.with { jobd in
            for wait in ["abc", "-1", "3601", "1e9", "nan", "inf", "1s"] {
                try jobd.expectRefusal(
                    "POST", "/jobs?wait=\(wait)", ["command": ["true"]], status: 400,
                    code: "invalid_parameter", fields: ["wait"])
            }
            try jobd.expectRefusal(
                "POST", "/jobs?wait=10", ["command": []], status: 422, code: "invalid_spec",
                fields: ["command"])
            #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.isEmpty == true)
        }
    }
}
