import Foundation
import JobTestSupport
import Testing

/// Submissions that are repeated under one key.
@Suite(.serialized) struct IdempotencyTests {
    private func count(_ jobd: DaemonFixture) throws -> Int? {
        (try jobd.json("GET", "/jobs?limit=1000").object["jobs"] as? [Any])?.count
    }

    @Test func theSameKeyAndBodyAgainIsTheFirstJob() throws {
        try DaemonFixture.with { jobd in
            let key = ["Idempotency-Key": "order 66/ä?"]
            let spec: [String: Any] = ["command": ["true"], "name": "once"]
            let (status, first) = try jobd.send("POST", "/jobs", spec, headers: key)
            #expect(status == 201)
            let id = try #require(first["id"] as? Int)
            let (head, _) = try jobd.request(
                "POST", "/jobs", key, body: try DaemonFixture.text(spec))
            #expect(head.status == 200)
            #expect(head.headers["location"] == "/jobs/\(id)")
            try jobd.finished(id)
            // As it is now, and no second one.
            let (again, job) = try jobd.send("POST", "/jobs", spec, headers: key)
            #expect(again == 200)
            #expect(job["id"] as? Int == id && job["state"] as? String == "succeeded")
            try jobd.killAndRestart()
            let (later, kept) = try jobd.send("POST", "/jobs", spec, headers: key)
            #expect(later == 200 && kept["id"] as? Int == id)
            #expect(try count(jobd) == 1)
        }
    }

    @Test func anotherBodyOrPathUnderTheKeyIsAConflict() throws {
        try DaemonFixture.with { jobd in
            let key = ["Idempotency-Key": "k"]
            let spec: [String: Any] = ["command": ["true"]]
            #expect(try jobd.send("POST", "/jobs", spec, headers: key).status == 201)
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": ["false"]], headers: key, status: 409,
                code: "idempotency_conflict")
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": [spec]], headers: key, status: 409,
                code: "idempotency_conflict")
            try jobd.killAndRestart()
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": ["false"]], headers: key, status: 409,
                code: "idempotency_conflict")
            // Other keys, and none, are no concern of it.
            #expect(
                try jobd.send("POST", "/jobs", spec, headers: ["Idempotency-Key": "K"]).status
                    == 201)
            #expect(try jobd.send("POST", "/jobs", spec).status == 201)
            #expect(try jobd.send("POST", "/jobs", spec).status == 201)
            #expect(try count(jobd) == 4)
        }
    }

    @Test func aKeyIsOfOneTo255Bytes() throws {
        try DaemonFixture.with { jobd in
            let longest = String(repeating: "k", count: 255)
            #expect(
                try jobd.send(
                    "POST", "/jobs", ["command": ["true"]], headers: ["Idempotency-Key": longest]
                ).status == 201)
            for key in ["", longest + "k"] {
                try jobd.expectRefusal(
                    "POST", "/jobs", ["command": ["true"]], headers: ["Idempotency-Key": key],
                    status: 400, code: "invalid_parameter")
                try jobd.expectRefusal(
                    "POST", "/jobs/batch", ["jobs": [["command": ["true"]]]],
                    headers: ["Idempotency-Key": key], status: 400, code: "invalid_parameter")
            }
            #expect(try count(jobd) == 1)
        }
    }

    @Test func aRefusedSubmissionUsesNoKey() throws {
        try DaemonFixture.with { jobd in
            let key = ["Idempotency-Key": "k"]
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": ["true"], "queue": "none"], headers: key,
                status: 422, code: "invalid_spec", fields: ["queue"])
            #expect(
                try jobd.send("POST", "/jobs", ["command": ["true"]], headers: key).status == 201)
        }
    }

    /// All requests are on their way before the first answer is read.
    @Test func manyAtOnceMakeOneJob() throws {
        try DaemonFixture.with { jobd in
            for round in 0..<5 {
                let body = Array(
                    try DaemonFixture.text(["command": ["true"], "name": "\(round)"]).utf8)
                let connections = try (0..<20).map { _ in try TestConnection(jobd.address) }
                for connection in connections {
                    try connection.send(
                        "POST", "/jobs",
                        [
                            "Content-Type": "application/json",
                            "Idempotency-Key": "round \(round)",
                        ], body: body)
                }
                var ids: Set<Int> = []
                var statuses: [Int] = []
                for connection in connections {
                    let head = try connection.head()
                    let data = Data(try connection.body(head))
                    let job = try JSONSerialization.jsonObject(with: data) as? [String: Any]
                    statuses.append(head.status)
                    ids.insert(try #require(job?["id"] as? Int))
                }
                #expect(ids.count == 1)
                #expect(statuses.count { $0 == 201 } == 1)
                #expect(statuses.count { $0 == 200 } == 19)
            }
            #expect(try count(jobd) == 5)
        }
    }

    /// The answer is lost with the daemon; the client asks again.
    @Test func anAnswerThatWasLostIsAskedForAgain() throws {
        try DaemonFixture.with { jobd in
            for number in 0..<5 {
                let spec: [String: Any] = ["command": ["true"], "name": "\(number)"]
                let connection = try TestConnection(jobd.address)
                try connection.send(
                    "POST", "/jobs",
                    ["Content-Type": "application/json", "Idempotency-Key": "key \(number)"],
                    body: Array(try DaemonFixture.text(spec).utf8))
                try jobd.killAndRestart()
                let (status, _) = try jobd.send(
                    "POST", "/jobs", spec, headers: ["Idempotency-Key": "key \(number)"])
                #expect([200, 201].contains(status))
            }
            #expect(try count(jobd) == 5)
        }
    }

    @Test func aKeyGoesWithItsJob() throws {
        try DaemonFixture.with { jobd in
            let key = ["Idempotency-Key": "k"]
            let (_, first) = try jobd.send("POST", "/jobs", ["command": ["true"]], headers: key)
            let id = try #require(first["id"] as? Int)
            try jobd.finished(id)
            #expect(try jobd.request("DELETE", "/jobs/\(id)").head.status == 204)
            let (status, second) = try jobd.send(
                "POST", "/jobs", ["command": ["true"]], headers: key)
            #expect(status == 201)
            #expect(try #require(second["id"] as? Int) > id)
        }
    }

    @Test func aBatchIsRepeatedAsAWhole() throws {
        try DaemonFixture.with { jobd in
            let key = ["Idempotency-Key": "batch"]
            let jobs: [[String: Any]] = [
                ["command": ["true"], "name": "a"],
                ["command": ["true"], "name": "b", "after": ["a"]],
                ["command": ["true"], "name": "c", "after": ["b"]],
            ]
            func submit() throws -> (status: Int, ids: [Int]) {
                let (status, batch) = try jobd.send(
                    "POST", "/jobs/batch", ["jobs": jobs], headers: key)
                let jobs = batch["jobs"] as? [[String: Any]] ?? []
                return (status, jobs.compactMap { $0["id"] as? Int })
            }
            let first = try submit()
            #expect(first.status == 201 && first.ids.count == 3)
            #expect(try submit() == (200, first.ids))
            try jobd.killAndRestart()
            #expect(try submit() == (200, first.ids))
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": Array(jobs.dropLast())], headers: key,
                status: 409, code: "idempotency_conflict")
            for id in first.ids { try jobd.finished(id) }
            // What is left of them, as long as the first is there.
            _ = try jobd.request("DELETE", "/jobs/\(first.ids[1])")
            #expect(try submit() == (200, [first.ids[0], first.ids[2]]))
            #expect(try count(jobd) == 2)
        }
    }
}
