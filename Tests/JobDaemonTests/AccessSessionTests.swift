import Foundation
import JobTestSupport
import Testing

/// Signing a browser in, and what another page can do with that.
@Suite(.serialized) struct AccessSessionTests {
    /// The cookie of a new session, and how it was set.
    private static func signIn(
        _ jobd: DaemonFixture, _ proof: [String: String]
    ) throws -> (cookie: [String: String], attributes: String) {
        let (head, body) = try jobd.withoutBearer {
            try jobd.request("POST", "/session", body: try DaemonFixture.text(proof))
        }
        guard head.status == 200, let set = head.headers["set-cookie"] else {
            throw UnexpectedAnswer(
                description: "\(head.status) \(String(decoding: body, as: UTF8.self))")
        }
        let parts = set.split(separator: ";", maxSplits: 1).map(String.init)
        return (["Cookie": "theme=dark; \(parts[0]); x=y"], parts[1])
    }

    @Test func aBrowserSignsInWithATokenAndOutAgain() throws {
        try DaemonFixture.guarded { jobd in
            let (cookie, attributes) = try Self.signIn(jobd, ["token": try jobd.token])
            #expect(attributes == " HttpOnly; SameSite=Strict; Path=/")
            try jobd.withoutBearer {
                let session = try jobd.json("GET", "/session", cookie).object
                #expect(session["identity"] as? String == "token:first")
                #expect(session["role"] as? String == "admin")
                let end = try #require(seconds(session["expires_at"]))
                #expect((43_000...43_201).contains(end - Date().timeIntervalSince1970))
                #expect(try jobd.json("GET", "/jobs", cookie).status == 200)
                // With the password that a proxy in front has asked for, too.
                let password = cookie.merging(["Authorization": "Basic dTpw"]) { $1 }
                #expect(try jobd.json("GET", "/jobs", password).status == 200)
                let out = try jobd.request("DELETE", "/session", cookie).head
                #expect(out.status == 204)
                #expect(out.headers["set-cookie"]?.hasPrefix("jobd_session=; ") == true)
                #expect(out.headers["set-cookie"]?.contains("Max-Age=0") == true)
                // Also when the session is none any more.
                #expect(try jobd.request("DELETE", "/session").head.status == 204)
            }
        }
    }

    @Test func whatChangesSomethingMustComeFromAPageOfOurOwn() throws {
        try DaemonFixture.guarded(["--cors-origins", "https://app.example.org"]) { jobd in
            let (cookie, _) = try Self.signIn(jobd, ["token": try jobd.token])
            let body = #"{"command": ["true"]}"#
            func post(_ headers: [String: String]) throws -> Int {
                try jobd.status("POST", "/jobs", cookie.merging(headers) { $1 }, body: body)
            }
            for headers in [
                [:], ["Sec-Fetch-Site": "none"], ["Sec-Fetch-Site": "same-site"],
                ["Sec-Fetch-Site": "cross-site"], ["Origin": "http://localhost:3000"],
                ["Origin": "null"], ["Origin": "https://localhost"],
                ["Origin": "http://evil.example"],
                ["Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-origin"],
            ] {
                #expect(try post(headers) == 403, "\(headers)")
            }
            #expect((try jobd.json("GET", "/jobs").object["jobs"] as? [Any])?.isEmpty == true)
            for headers in [
                ["Origin": "http://localhost"], ["Sec-Fetch-Site": "same-origin"],
                ["Origin": "https://app.example.org"],
            ] {
                #expect(try post(headers) == 201, "\(headers)")
            }
            // A page at another port of this host has its images sent with the cookie.
            let image = ["Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"]
            #expect(try jobd.status("GET", "/jobs", cookie.merging(image) { $1 }) == 403)
        }
    }

    @Test func aSessionIsNoTicketAndATicketNoSession() throws {
        try DaemonFixture.guarded { jobd in
            let id = try jobd.submit(["command": ["true"]])
            let ticket = try jobd.makeTicket(id)
            let cookie = try #require(
                try Self.signIn(jobd, ["token": try jobd.token]).cookie["Cookie"])
            let session = try #require(
                cookie.split(separator: "; ").first { $0.hasPrefix("jobd_session=") }
            )
            .dropFirst("jobd_session=".count)
            #expect(try jobd.status("GET", "/jobs", ["Cookie": "jobd_session=\(ticket)"]) == 401)
            #expect(try jobd.status("GET", "/jobs/\(id)/progress?ticket=\(session)") == 401)
            let changed = "jobd_session=\(session.dropLast())"
            #expect(try jobd.status("GET", "/jobs", ["Cookie": changed]) == 401)
            #expect(try jobd.status("GET", "/jobs", bearer(String(session))) == 401)
        }
    }

    @Test func aSessionEndsWithItsToken() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.makeToken("me", "submit", ["expires_seconds": 600])
            let (cookie, _) = try Self.signIn(jobd, ["token": token])
            try jobd.killAndRestart()
            let session = try jobd.withoutBearer { try jobd.json("GET", "/session", cookie) }
            #expect(session.object["role"] as? String == "submit")
            let end = try #require(seconds(session.object["expires_at"]))
            #expect(end - Date().timeIntervalSince1970 <= 600)
            #expect(try jobd.json("DELETE", "/tokens/me").status == 204)
            #expect(try jobd.status("GET", "/session", cookie) == 401)
        }
    }

    @Test func aCodeIsGoodOnce() throws {
        try DaemonFixture.guarded { jobd in
            let token = try jobd.makeToken("me", "submit")
            let (status, answer) = try jobd.send("POST", "/session/code", headers: bearer(token))
            #expect(status == 201)
            let code = try #require(answer["code"] as? String)
            let life =
                try #require(seconds(answer["expires_at"])) - Date().timeIntervalSince1970
            #expect((1...60).contains(life))
            let (cookie, _) = try Self.signIn(jobd, ["code": code])
            let session = try jobd.withoutBearer { try jobd.json("GET", "/session", cookie) }
            #expect(session.object["identity"] as? String == "token:me")
            #expect(session.object["role"] as? String == "submit")
            #expect(try jobd.status("POST", "/session", body: #"{"code": "\#(code)"}"#) == 401)
            // One whose maker is gone.
            let second = try jobd.send("POST", "/session/code", headers: bearer(token)).object
            #expect(try jobd.json("DELETE", "/tokens/me").status == 204)
            let late = try #require(second["code"] as? String)
            #expect(try jobd.status("POST", "/session", body: #"{"code": "\#(late)"}"#) == 401)
            #expect(try jobd.status("POST", "/session/code", body: "{}") == 401)
        }
    }

    @Test func aCodeAskedForOnTheSocketSignsInAsThatUser() throws {
        try DaemonFixture.guarded { jobd in
            let (_, bytes) = try jobd.withoutBearer {
                try jobd.request("POST", "/session/code", to: jobd.socket)
            }
            let answer = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            let (cookie, _) = try Self.signIn(
                jobd, ["code": try #require(answer?["code"] as? String)])
            let session = try jobd.withoutBearer { try jobd.json("GET", "/session", cookie) }
            #expect(session.object["identity"] as? String == "user:\(getuid())")
            #expect(session.object["role"] as? String == "admin")
        }
    }

    @Test func wrongSignInsSaySo() throws {
        try DaemonFixture.guarded { jobd in
            for body in ["{}", #"{"token": "x", "code": "y"}"#] {
                let (status, problem) = try jobd.json("POST", "/session", body: body)
                expectProblem(
                    status, problem, status: 422, code: "invalid_spec", fields: ["token"], body)
            }
            let (head, _) = try jobd.request(
                "POST", "/session", ["Content-Type": "text/plain"], body: #"{"token": "x"}"#)
            #expect(head.status == 415)
            #expect(try jobd.status("POST", "/session", body: #"{"token": "x"}"#) == 401)
        }
    }
}
