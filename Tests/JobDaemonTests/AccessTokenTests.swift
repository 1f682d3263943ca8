import Foundation
import Glibc
import JobTestSupport
import Testing

/// Who tries to get in by TCP, and with what.
@Suite(.serialized) struct AccessTokenTests {
    @Test func withoutATokenNothingIsToldAndNothingDone() throws {
        try DaemonFixture.guarded { jobd in
            let body = #"{"command": ["touch", "\#(jobd.directory)/done"]}"#
            #expect(try jobd.status("POST", "/jobs", body: body) == 401)
            for path in [
                "/jobs", "/events", "/queues", "/tokens", "/ready", "/session", "/nothing",
            ] {
                #expect(try jobd.status("GET", path) == 401, "\(path)")
            }
            #expect(try jobd.status("GET", "/health") == 200)
            #expect(try jobd.status("HEAD", "/health") == 200)
            #expect(try jobd.status("POST", "/health", body: "{}") == 401)
            let (head, answer) = try jobd.withoutBearer { try jobd.request("GET", "/jobs") }
            #expect(head.headers["www-authenticate"] == #"Bearer realm="jobd""#)
            #expect(head.headers["content-type"] == "application/problem+json")
            let text = String(decoding: answer, as: UTF8.self)
            #expect(text.contains(#""code":"unauthorized""#) && text.contains("Bearer TOKEN"))
            #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func aTokenThatIsNotRightInEveryByteIsRefused() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.token
            let secret = token.dropFirst("jobd_1_".count)
            #expect(try jobd.status("GET", "/jobs", bearer(token)) == 200)
            #expect(try jobd.status("GET", "/jobs", ["Authorization": "bEaReR   \(token) "]) == 200)
            let flipped = secret.hasSuffix("A") ? "Q" : "A"
            let wrong = [
                String(token.dropLast()), "\(token)A", "\(token)=", "\(token.dropLast())\(flipped)",
                "jobd_2_\(secret)", "jobd_-1_\(secret)", "jobd_1_", token.uppercased(),
            ]
            for text in wrong {
                let (head, _) = try jobd.request("GET", "/jobs", bearer(text))
                #expect(head.status == 401, "\(text)")
                #expect(
                    head.headers["www-authenticate"]
                        == #"Bearer realm="jobd", error="invalid_token""#, "\(text)")
            }
            let headers = ["Basic \(token)", token, "Bearer", ""]
            for text in headers {
                #expect(try jobd.status("GET", "/jobs", ["Authorization": text]) == 401, "\(text)")
            }
            // Where they would end up in logs and histories.
            for query in ["token", "access_token", "Authorization"] {
                #expect(try jobd.status("GET", "/jobs?\(query)=\(token)") == 401)
            }
            #expect(try jobd.status("GET", "/jobs", ["Cookie": "jobd_session=\(token)"]) == 401)
        }
    }

    @Test func aTokenEndsWithItsTime() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.makeToken("brief", "admin", ["expires_seconds": 1])
            var problem: [String: Any] = [:]
            try waitUntil("the token expires") {
                let (status, object) = try jobd.json("GET", "/jobs", bearer(token))
                problem = object
                return status == 401
            }
            #expect((problem["detail"] as? String)?.contains("'brief' has expired") == true)
            // Who has not the secret hears nothing of that.
            let (_, other) = try jobd.json("GET", "/jobs", bearer("\(token.dropLast())."))
            #expect((other["detail"] as? String)?.contains("expired") == false)
        }
    }

    @Test func aRevokedTokenIsGoneAtOnceAndForGood() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.makeToken("ci", "read")
            #expect(try jobd.status("GET", "/jobs", bearer(token)) == 200)
            #expect(try jobd.json("DELETE", "/tokens/ci").status == 204)
            #expect(try jobd.status("GET", "/jobs", bearer(token)) == 401)
            try jobd.expectRefusal("DELETE", "/tokens/ci", status: 404, code: "token_not_found")
            // Under the same name another one is made, with another id.
            let second = try jobd.makeToken("ci", "read")
            try jobd.killAndRestart()
            #expect(try jobd.status("GET", "/jobs", bearer(token)) == 401)
            #expect(try jobd.status("GET", "/jobs", bearer(second)) == 200)
        }
    }

    @Test func revokingATokenEndsItsStreamsAndNoOthers() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submitGated("end")
            let token = try jobd.makeToken("screen", "read")
            let ticket = try jobd.withBearer(token) { try jobd.makeTicket(id) }
            let streams = [
                (bearer(token), "/jobs/\(id)/progress"), (bearer(token), "/events"),
                (bearer(token), "/jobs/\(id)/output?follow=1"),
                ([:], "/jobs/\(id)/progress?ticket=\(ticket)"),
            ]
            let open = try streams.map { headers, path in
                let connection = try TestConnection(jobd.address)
                try connection.send("GET", path, headers)
                #expect(try connection.head().status == 200)
                return connection
            }
            let mine = try TestConnection(jobd.address)
            try mine.send("GET", "/jobs/\(id)/progress", bearer(try jobd.token))
            #expect(try mine.head().status == 200)
            #expect(try jobd.json("DELETE", "/tokens/screen").status == 204)
            for connection in open { while try connection.piece() != nil {} }
            jobd.open(gate: "end")
            var parser = TestEventParser()
            var events: [TestEvent] = []
            while let piece = try mine.piece() { events += parser.feed(piece) }
            #expect(events.last?.event == "end")
        }
    }

    @Test func aStreamEndsWhenItsTokenExpires() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.makeToken("brief", "read", ["expires_seconds": 1])
            let connection = try TestConnection(jobd.address)
            try connection.send("GET", "/events", bearer(token))
            #expect(try connection.head().status == 200)
            while try connection.piece() != nil {}
            #expect(try jobd.status("GET", "/events", bearer(token)) == 401)
        }
    }

    @Test func onlyADigestIsKept() throws {
        try DaemonFixture.guarded { jobd in
            let tokens = [try jobd.token, try jobd.makeToken("ci", "submit")]
            let listed = String(decoding: try jobd.request("GET", "/tokens").body, as: UTF8.self)
            let files = ["jobd.db", "jobd.db-wal"].compactMap {
                FileManager.default.contents(atPath: "\(jobd.state)/\($0)")
            }
            #expect(files.count == 2)
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            for token in tokens {
                let secret = String(token.split(separator: "_", maxSplits: 2)[2])
                #expect(secret.utf8.count == 43)
                #expect(!listed.contains(secret))
                #expect(!log.contains(secret))
                for file in files { #expect(file.range(of: Data(secret.utf8)) == nil) }
            }
            #expect(log.contains("\(jobd.state)/token"))
            #expect(log.contains("Token created") && log.contains("token=ci"))
        }
    }

    @Test func tokensAreListedAsTheyAre() throws {
        try DaemonFixture.guarded { jobd in
            let (status, made) = try jobd.send(
                "POST", "/tokens",
                [
                    "name": "app", "role": "submit", "definitions": ["b", "a"],
                    "expires_seconds": 60,
                ])
            #expect(status == 201)
            #expect((made["token"] as? String)?.hasPrefix("jobd_2_") == true)
            let list = try jobd.json("GET", "/tokens").object["tokens"] as? [[String: Any]] ?? []
            #expect(list.map { $0["name"] as? String } == ["first", "app"])
            let app = try #require(list.last)
            #expect(
                Set(app.keys) == [
                    "id", "name", "role", "definitions", "created_at", "expires_at", "last_used_at",
                ])
            #expect(app["definitions"] as? [String] == ["a", "b"])
            #expect(app["role"] as? String == "submit" && app["last_used_at"] is NSNull)
            let life =
                try #require(seconds(app["expires_at"])) - #require(seconds(app["created_at"]))
            #expect((59.5...60.5).contains(life))
            _ = try jobd.status("GET", "/jobs", bearer(try #require(made["token"] as? String)))
            let used = try jobd.json("GET", "/tokens").object["tokens"] as? [[String: Any]] ?? []
            #expect((used.last?["last_used_at"] as? String)?.hasSuffix("T00:00:00.000Z") == true)
            let session = try jobd.json(
                "GET", "/session", bearer(try #require(made["token"] as? String)))
            #expect(session.object["identity"] as? String == "token:app")
            #expect(session.object["definitions"] as? [String] == ["a", "b"])
            #expect(session.object["expires_at"] as? String == app["expires_at"] as? String)
        }
    }

    @Test func wrongRequestsForTokensAreRefusedWithAllTheirErrors() throws {
        try DaemonFixture.guarded { jobd in
            let cases: [([String: Any], [String])] = [
                ([:], ["name", "role"]),
                (["name": "a b", "role": "root", "expires": 3], ["name", "role", "expires"]),
                (["name": "", "role": "read"], ["name"]),
                (["name": "first", "role": "read"], ["name"]),
                (["name": String(repeating: "x", count: 65), "role": "read"], ["name"]),
                (["name": "a\nb", "role": "read"], ["name"]),
                (["name": "x", "role": "admin", "definitions": ["d"]], ["definitions"]),
                (["name": "x", "role": "read", "definitions": [Any]()], ["definitions"]),
                (["name": "x", "role": "read", "definitions": ["../x"]], ["definitions"]),
                (["name": "x", "role": "read", "expires_seconds": 0], ["expires_seconds"]),
                (
                    ["name": "x", "role": "read", "expires_at": "2020-01-01T00:00:00Z"],
                    ["expires_at"]
                ),
                (
                    [
                        "name": "x", "role": "read", "expires_at": "2999-01-01T00:00:00Z",
                        "expires_seconds": 5,
                    ], ["expires_at"]
                ),
            ]
            for (body, fields) in cases {
                try jobd.expectRefusal(
                    "POST", "/tokens", body, status: 422, code: "invalid_spec", fields: fields)
            }
            _ = try jobd.makeToken("twice", "read")
            try jobd.expectRefusal(
                "POST", "/tokens", ["name": "twice", "role": "read"], status: 409, code: "conflict")
            #expect(
                (try jobd.json("GET", "/tokens").object["tokens"] as? [Any])?.count == 2)
        }
    }

    @Test func onlyAnAdministratorHandlesTokens() throws {
        try DaemonFixture.guarded { jobd in
            for role in ["read", "submit"] {
                let token = try jobd.makeToken(role, role)
                for (method, path) in [
                    ("GET", "/tokens"), ("POST", "/tokens"), ("DELETE", "/tokens/first"),
                ] {
                    try jobd.expectRefusal(
                        method, path, method == "POST" ? ["name": "x", "role": "admin"] : nil,
                        headers: bearer(token), status: 403, code: "forbidden")
                }
            }
        }
    }

    @Test func wrongTokensAreSlowedDownAndRightOnesAreNot() throws {
        try DaemonFixture.guarded { jobd in
            let wrong = bearer("jobd_1_wrong")
            for _ in 0..<10 { #expect(try jobd.status("GET", "/jobs", wrong) == 401) }
            let (head, body) = try jobd.request("GET", "/jobs", wrong)
            #expect(head.status == 429)
            let pause = try #require(head.headers["retry-after"].flatMap { Int($0) })
            #expect((1...6).contains(pause))
            #expect(String(decoding: body, as: UTF8.self).contains("too_many_requests"))
            // Signing in counts the same, and no token is needed for that.
            let signIn = try jobd.status("POST", "/session", body: #"{"code": "wrong"}"#)
            #expect(signIn == 429)
            #expect(try jobd.json("GET", "/jobs").status == 200)
            #expect(try jobd.status("GET", "/jobs") == 401)
            // Another address has its own allowance.
            let other = try jobd.curl([
                "--interface", "127.0.0.2", "-H", "Authorization: Bearer jobd_1_wrong",
                "\(jobd.address)/jobs",
            ])
            #expect(other.status == 401)
        }
    }
}

extension DaemonFixture {
    /// Sends requests with another token.
    func withBearer<Result>(_ token: String, _ body: () throws -> Result) rethrows -> Result {
        let mine = bearer
        bearer = token
        defer { bearer = mine }
        return try body()
    }
}
