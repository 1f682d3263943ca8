import ArgumentParser
import Foundation
import JobAPI
import Testing

@testable import JobControl

/// `jobctl token` and `jobctl ticket`.
@Suite struct TokenVerbTests {
    private static let token =
        #""id":3,"name":"ci","role":"read","definitions":null,"#
        + #""created_at":"2026-11-22T08:15:30.123Z","expires_at":null,"last_used_at":null"#

    @Test func aNewTokenIsAloneOnStandardOutput() async throws {
        try await ScriptedDaemon.with { _ in
            .ok(#"{\#(Self.token),"token":"jobd_3_secret"}"#)
        } _: { daemon in
            let recording = Recording()
            let words = ["token", "create", "--role", "read", "--name", "ci", "--expires", "30d"]
            try await expect(0, from: words, with: daemon, on: recording)
            #expect(recording.output == ["jobd_3_secret"])
            #expect(recording.errors.count == 1)
            #expect(recording.errors.first?.contains("secret") == false)
            #expect(
                daemon.lines == [
                    #"POST /tokens {"expires_seconds":2592000,"name":"ci","role":"read"}"#
                ])
            let json = Recording()
            try await expect(
                0,
                from: [
                    "token", "create", "--role", "submit", "--name", "ci", "--definition", "a",
                    "--definition", "b", "--json",
                ], with: daemon, on: json)
            #expect(json.output == [#"{\#(Self.token),"token":"jobd_3_secret"}"#])
            #expect(json.errors.isEmpty)
            #expect(
                daemon.lines.last
                    == #"POST /tokens {"definitions":["a","b"],"name":"ci","role":"submit"}"#)
        }
    }

    @Test(arguments: [
        ["--role", "root", "--name", "x"], ["--name", "x"], ["--role", "read"],
        ["--role", "read", "--name", "x", "--expires", "0"],
        ["--role", "read", "--name", "x", "--expires", "soon"],
        ["--role", "read", "--name", "x", "--token", "a", "--token-file", "b"],
    ])
    func badOrders(_ words: [String]) {
        #expect(throws: (any Error).self) {
            try Jobctl.parseAsRoot(["token", "create"] + words)
        }
    }

    @Test func listing() async throws {
        let document = #"{"tokens":[{\#(Self.token)}]}"#
        try await ScriptedDaemon.with { _ in
            .ok(document)
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["token"], with: daemon, on: recording)
            #expect(recording.output.count == 2)
            let json = Recording()
            try await expect(0, from: ["token", "list", "--json"], with: daemon, on: json)
            #expect(json.output == [document])
            #expect(daemon.lines == ["GET /tokens", "GET /tokens"])
        }
    }

    @Test func theTableSaysWhatIsOverSoon() throws {
        let now = try #require(Date(wireTime: "2026-11-22T08:15:30Z"))
        func token(_ name: String, expires: Double?, used: Double?) throws -> TokenResource {
            var token = try TokenResource(json: Array("{\(Self.token)}".utf8))
            token.name = name
            token.createdAt = now - 86_400
            token.expiresAt = expires.map { now + $0 }
            token.lastUsedAt = used.map { now - $0 }
            return token
        }
        var limited = try token("shop\u{1B}[2J", expires: -60, used: 30)
        limited.definitions = ["transcode", "thumbnail"]
        let table = TokenTable.table(
            [
                try token("ci", expires: nil, used: nil),
                try token("phone", expires: 3600, used: 9 * 3600),
                try token("later", expires: 30 * 86_400, used: 3 * 86_400), limited,
            ], now: now)
        #expect(
            table.lines(width: nil, style: .plain) == [
                "TOKEN  ROLE  DEFINITIONS           CREATED     EXPIRES     LAST USED",
                "ci     read  any                   1d 00h ago  never       never",
                "phone  read  any                   1d 00h ago  in 1h 00m   yesterday",
                "later  read  any                   1d 00h ago  in 30d 00h  3 days ago",
                "shop   read  transcode, thumbnail  1d 00h ago  1m 00s ago  today",
            ])
        let colored = table.lines(width: nil, style: Style(isColored: true, isUnicode: false))
        #expect(colored[2].contains("\u{1B}[31min 1h 00m\u{1B}[0m"))
        #expect(!colored[3].contains("\u{1B}[31m"))
        #expect(colored[4].contains("\u{1B}[31m1m 00s ago"))
    }

    @Test func oneUnknownNameDoesNotStopTheOthers() async throws {
        try await ScriptedDaemon.with { request in
            request.target.hasSuffix("/b")
                ? .problem(404, "There is no token of that name.")
                : ScriptedDaemon.Answer(status: "204 No Content", body: "")
        } _: { daemon in
            let recording = Recording()
            try await expect(
                1, from: ["token", "revoke", "a", "b", "c"], with: daemon, on: recording)
            #expect(recording.output == ["a revoked", "c revoked"])
            #expect(recording.errors == ["jobctl: b: There is no token of that name."])
            let json = Recording()
            try await expect(
                0, from: ["token", "revoke", "--json", "a"], with: daemon, on: json)
            #expect(json.output == [#"{"revoked":["a"]}"#])
        }
    }

    @Test func tickets() async throws {
        let document = #"{"ticket":"t-1_2","expires_at":"2026-11-22T08:15:30.123Z"}"#
        try await ScriptedDaemon.with { _ in
            .ok(document)
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["ticket", "42"], with: daemon, on: recording)
            try await expect(
                0, from: ["ticket", "42", "--output", "--expires", "1h"], with: daemon,
                on: recording)
            try await expect(0, from: ["ticket", "--json", "42"], with: daemon, on: recording)
            #expect(
                recording.output == [
                    "/jobs/42/progress?ticket=t-1_2", "/jobs/42/output?ticket=t-1_2", document,
                ])
            #expect(
                daemon.lines == [
                    "POST /jobs/42/ticket {}", #"POST /jobs/42/ticket {"expires_seconds":3600}"#,
                    "POST /jobs/42/ticket {}",
                ])
        }
    }

    /// What whoever is not let in is told.
    @Test(arguments: [
        (401, 77, "--token-file"), (403, 77, "No."), (421, 77, "allowed_hosts"), (429, 1, "No."),
    ])
    func refusals(_ answered: Int, _ status: Int32, _ advice: String) async throws {
        try await ScriptedDaemon.with { _ in
            .problem(answered, "No.")
        } _: { daemon in
            for words in [["token", "list"], ["show", "7", "8"]] {
                let recording = Recording()
                try await expect(
                    words[0] == "show" && answered == 403 ? 77 : status, from: words, with: daemon,
                    on: recording)
                #expect(recording.errors.first?.contains(advice) == true)
            }
        }
    }
}
