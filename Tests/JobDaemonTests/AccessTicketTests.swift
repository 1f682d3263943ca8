import Foundation
import JobTestSupport
import Testing

/// What a ticket opens, and what it does not.
@Suite(.serialized) struct AccessTicketTests {
    @Test func aTicketIsForOneJobsStreamsAndNothingElse() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": "echo mine"])
            let other = try jobd.submit(["command": "echo other"])
            for job in [id, other] { try jobd.finished(job) }
            let query = "?ticket=\(try jobd.makeTicket(id))"
            try jobd.withoutBearer {
                for _ in 0..<2 {
                    #expect(try jobd.stream("/jobs/\(id)/progress\(query)").last?.event == "end")
                    let output = try jobd.request("GET", "/jobs/\(id)/output\(query)").body
                    #expect(output == Array("mine\n".utf8))
                    #expect(try jobd.status("HEAD", "/jobs/\(id)/output\(query)") == 200)
                }
                let sse = try jobd.request(
                    "GET", "/jobs/\(id)/output\(query)", ["Accept": "text/event-stream"])
                #expect(sse.head.status == 200)
                let refused = [
                    "/jobs/\(other)/progress", "/jobs/\(other)/output", "/jobs/\(id)", "/jobs",
                    "/events", "/tokens", "/session", "/ready", "/jobs/\(id)/attempts",
                    "/jobs/\(id)/progress/", "//jobs/\(id)/progress", "/jobs//\(id)/progress",
                    "/jobs/0\(id)/progress", "/jobs/+\(id)/progress", "/jobs/\(id)/%70rogress",
                    "/jobs/\(other)/../\(id)/progress", "/jobs/\(id)/progress/../../\(other)",
                ]
                for path in refused {
                    let (status, problem) = try jobd.json("GET", path + query)
                    #expect(status == 403, "\(path)")
                    #expect(problem["code"] as? String == "forbidden", "\(path)")
                }
                for (method, path) in [
                    ("POST", "/jobs"), ("POST", "/jobs/\(id)/cancel"), ("DELETE", "/jobs/\(id)"),
                    ("POST", "/jobs/\(id)/ticket"), ("POST", "/jobs/\(id)/progress"),
                    ("POST", "/session/code"), ("POST", "/tokens"),
                ] {
                    let body = #"{"command": ["true"]}"#
                    #expect(try jobd.status(method, path + query, body: body) == 403, "\(path)")
                }
            }
        }
    }

    @Test func aTicketCannotBeMadeUp() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": ["true"]])
            let ticket = try jobd.makeTicket(id)
            let parts = ticket.split(separator: ".").map(String.init)
            func claims(_ text: String) -> String {
                Data(text.utf8).base64EncodedString()
                    .replacingOccurrences(of: "=", with: "")
            }
            let wrong = [
                "", ".", parts[0], "\(parts[0]).", "\(ticket)A", "\(ticket.dropLast())",
                "\(claims("ticket \(id) t1 9999999999")).\(parts[1])",
                "\(parts[1]).\(parts[0])", "\(ticket).\(ticket)",
            ]
            for text in wrong {
                let status = try jobd.status("GET", "/jobs/\(id)/progress?ticket=\(text)")
                #expect(status == 401, "\(text)")
            }
            // A header that is wrong is not made good by a ticket.
            let both = try jobd.status(
                "GET", "/jobs/\(id)/progress?ticket=\(ticket)", bearer("jobd_1_wrong"))
            #expect(both == 401)
        }
    }

    @Test func aTicketEndsWithItsTimeAndSoDoesItsStream() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submitGated("end")
            let ticket = try jobd.makeTicket(id, ["expires_seconds": 1])
            let path = "/jobs/\(id)/progress?ticket=\(ticket)"
            let connection = try TestConnection(jobd.address)
            // In the rest of its second a ticket may be over.
            try connection.send("GET", path)
            guard try connection.head().status == 200 else { return }
            var problem: [String: Any] = [:]
            try waitUntil("the ticket expires") {
                try jobd.withoutBearer {
                    let (status, object) = try jobd.json(
                        "GET", path + "&limit=1", ["Accept": "application/json"])
                    problem = object
                    return status == 401
                }
            }
            #expect((problem["detail"] as? String)?.contains("has expired") == true)
            var parser = TestEventParser()
            var events: [TestEvent] = []
            while let piece = try connection.piece() { events += parser.feed(piece) }
            #expect(!events.isEmpty && events.last?.event != "end")
            jobd.open(gate: "end")
            try jobd.finished(id)
        }
    }

    @Test func aTicketIsWorthNoMoreThanItsMaker() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            let app = try jobd.makeToken("app", "read", ["expires_seconds": 60])
            let (_, answer) = try jobd.send(
                "POST", "/jobs/\(id)/ticket", ["expires_seconds": 2_000_000], headers: bearer(app))
            let end = try jobd.json("GET", "/session", bearer(app)).object["expires_at"]
            let ends = (try #require(seconds(answer["expires_at"])), try #require(seconds(end)))
            #expect(ends.0 <= ends.1)
            let ticket = try #require(answer["ticket"] as? String)
            let path = "/jobs/\(id)/output?ticket=\(ticket)"
            #expect(try jobd.status("GET", path) == 200)
            try jobd.killAndRestart()
            #expect(try jobd.status("GET", path) == 200)
            #expect(try jobd.json("DELETE", "/tokens/app").status == 204)
            #expect(try jobd.status("GET", path) == 401)
            // Nor does a new token of that name bring it back.
            _ = try jobd.makeToken("app", "admin")
            #expect(try jobd.status("GET", path) == 401)
        }
    }

    /// Whichever ends first, the ticket or the job.
    @Test(arguments: ["progress", "output?follow=1"])
    func whatATicketOpenedEndsWithIt(stream: String) throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": "echo begun; exec sleep 15"])
            let ticket = try jobd.makeTicket(id, ["expires_seconds": 1])
            try jobd.withoutBearer {
                let mark = stream.contains("?") ? "&" : "?"
                // It reads to the end of the answer.
                _ = try jobd.request("GET", "/jobs/\(id)/\(stream)\(mark)ticket=\(ticket)")
            }
            #expect(try jobd.job(id)["state"] as? String == "running")
        }
    }

    @Test func ticketsAreMadeForJobsThatOneSees() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.expectRefusal("POST", "/jobs/999/ticket", status: 404, code: "job_not_found")
            for body in [["expires_seconds": 0], ["expires_seconds": 2_592_001], ["expires": 3]] {
                try jobd.expectRefusal(
                    "POST", "/jobs/\(id)/ticket", body, status: 422, code: "invalid_spec",
                    fields: Array(body.keys))
            }
            #expect(try jobd.status("POST", "/jobs/\(id)/ticket", body: "{}") == 401)
        }
    }

    @Test func theirUsualTimeCanBeSet() throws {
        try DaemonFixture.guarded(["--ticket-seconds", "60"]) { jobd in
            let id = try jobd.submit(["command": ["true"]])
            let (_, answer) = try jobd.send("POST", "/jobs/\(id)/ticket")
            let time = try #require(seconds(answer["expires_at"]))
            let job = try jobd.job(id)
            let created = try #require(seconds(job["created_at"]))
            #expect((59...70).contains(time - created))
        }
    }
}
