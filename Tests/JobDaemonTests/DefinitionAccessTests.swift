import Foundation
import Glibc
import JobTestSupport
import Testing

/// Definitions as what somebody who may run nothing else is left with.
@Suite(.serialized) struct DefinitionAccessTests {
    private static let secret = "correct-horse-7"
    private static let definitions = """
        definitions:
          greet:
            command: [printf, 'hello %s', "{whom}"]
            parameters: {whom: {}}
          upload:
            command: [sh, -c, 'test "$KEY" = "$0" && echo "with $KEY"', \(secret)]
            parameters: {key: {secret: true}}
            secret_env: {KEY: "{key}"}
          other:
            command: ["true"]
        """

    private func guarded(
        _ definitions: String, _ arguments: [String] = [], _ body: (DaemonFixture) throws -> Void
    ) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        jobd.asksForTokens = true
        jobd.arguments = ["--config", try jobd.file("jobd.yaml", definitions)] + arguments
        try jobd.start()
        jobd.bearer = try jobd.token
        try body(jobd)
    }

    @Test func aLimitedTokenStartsItsDefinitionsAndNothingElse() throws {
        try guarded(Self.definitions) { jobd in
            let mine = try jobd.submit(["command": ["true"]])
            let shop = try jobd.makeToken("shop", "submit", ["definitions": ["greet", "gone"]])
            let web = bearer(shop)
            let started = try jobd.json(
                "POST", "/jobs", web,
                body: #"{"definition": "greet", "parameters": {"whom": "; touch pwned"}}"#)
            #expect(started.status == 201)
            let id = try #require(started.object["id"] as? Int)
            try jobd.finished(id)
            #expect(try jobd.output(id) == "hello ; touch pwned")
            let refusals: [([String: Any], Int)] = [
                (["command": "id"], 403), (["command": ["id"]], 403),
                (["definition": "other"], 422), (["definition": "nothing"], 422),
                (["definition": "gone"], 422),
                (["definition": "greet", "parameters": ["whom": "x"], "command": "id"], 422),
                (["definition": "greet", "parameters": ["whom": "x"], "env": ["A": "b"]], 422),
                (["definition": "greet", "parameters": ["whom": "--help"]], 422),
            ]
            for (job, status) in refusals {
                let alone = try jobd.send("POST", "/jobs", job, headers: web)
                #expect(alone.status == status, "\(job)")
                let batch = try jobd.send(
                    "POST", "/jobs/batch", ["jobs": [job]], headers: web)
                #expect(batch.status == status, "\(job)")
            }
            // What others have is not there for it, and its own it controls.
            for path in ["/jobs/\(mine)", "/jobs/\(mine)/output", "/jobs/\(mine)/progress"] {
                #expect(try jobd.json("GET", path, web).status == 404, "\(path)")
            }
            let list = try jobd.json("GET", "/jobs", web).object["jobs"] as? [[String: Any]]
            #expect(list?.compactMap { $0["id"] as? Int } == [id])
            let again = try jobd.send("POST", "/jobs/\(id)/retry", headers: web)
            #expect(again.status == 202 || again.status == 200)
            let offered =
                try jobd.json("GET", "/definitions", web).object["definitions"]
                as? [[String: Any]]
            #expect(offered?.compactMap { $0["name"] as? String } == ["greet"])
        }
    }

    /// A token that takes over the name of another has its jobs, not what it may do.
    @Test func aLimitedTokenDoesNotCommandOlderJobsOfItsName() throws {
        try guarded(Self.definitions) { jobd in
            let old = try jobd.makeToken("web", "submit")
            let id = try jobd.withBearer(old) {
                try jobd.submit(["command": "trap 'echo caught' USR1; while :; do sleep 0.1; done"])
            }
            try waitUntil("it runs") { try jobd.job(id)["state"] as? String == "running" }
            #expect(try jobd.json("DELETE", "/tokens/web").status == 204)
            let new = bearer(
                try jobd.makeToken("web", "submit", ["definitions": ["greet"]]))
            let deeds: [(String, String)] = [
                ("stdin", "echo pwned\n"), ("stdin?close=1", ""), ("signal", #"{"signal":"USR1"}"#),
                ("resume", ""), ("retry", ""),
            ]
            for (deed, body) in deeds {
                let answer = try jobd.json("POST", "/jobs/\(id)/\(deed)", new, body: body)
                #expect(answer.status == 403, "\(deed): \(answer)")
            }
            let change = try jobd.json("PATCH", "/jobs/\(id)", new, body: #"{"labels":{"a":"b"}}"#)
            #expect(change.status == 403)
            // What only ends it is its owner's all the same.
            #expect(try jobd.json("POST", "/jobs/\(id)/pause", new).status == 200)
            #expect(try jobd.json("POST", "/jobs/\(id)/cancel", new).status == 202)
            try jobd.finished(id)
            #expect(try jobd.output(id).isEmpty)
            #expect(try jobd.json("DELETE", "/jobs/\(id)", new).status == 204)
        }
    }

    @Test func theLabelsOfADefinitionStay() throws {
        let definitions = """
            definitions:
              lab:
                command: ["true"]
                labels: {app: media, billing: trusted}
            """
        try guarded(definitions) { jobd in
            let shop = bearer(try jobd.makeToken("shop", "submit", ["definitions": ["lab"]]))
            let (status, job) = try jobd.send(
                "POST", "/jobs",
                [
                    "definition": "lab", "labels": ["user": "7"],
                    "not_before": "2099-01-01T00:00:00Z",
                ], headers: shop)
            #expect(status == 201)
            let id = try #require(job["id"] as? Int)
            func change(_ labels: [String: String], _ who: [String: String]) throws -> Int {
                try jobd.send("PATCH", "/jobs/\(id)", ["labels": labels], headers: who).status
            }
            #expect(try change(["billing": "mallory"], shop) == 403)
            #expect(try change(["app": "media"], shop) == 403)
            #expect(try change(["app": "media", "billing": "trusted", "user": "8"], shop) == 200)
            let labels = try jobd.job(id)["labels"] as? [String: String]
            #expect(labels == ["app": "media", "billing": "trusted", "user": "8"])
            #expect(try change(["billing": "audited"], [:]) == 200)
        }
    }

    @Test func aSecretParameterReachesTheCommandOnly() throws {
        try guarded(Self.definitions) { jobd in
            let id = try jobd.submit([
                "definition": "upload", "parameters": ["key": Self.secret],
            ])
            #expect(try jobd.finished(id)["state"] as? String == "succeeded")
            #expect(try jobd.output(id) == "with ***\n")
            let job = try jobd.job(id)
            #expect(job["secret_env"] as? [String] == ["KEY"])
            #expect((job["parameters"] as? [String: Any])?["key"] == nil)
        }
    }

    @Test func aUserThatNobodyCanBeIsTold() throws {
        let definitions = """
            definitions:
              lost: {command: ["true"], run_as: no-such-user}
            """
        let said = "A definition names a user that its jobs cannot run as"
        try guarded(definitions) { jobd in
            let log = try String(contentsOfFile: jobd.log, encoding: .utf8)
            #expect(log.contains(said) && log.contains("definition=lost"))
            try jobd.expectRefusal(
                "POST", "/jobs", ["definition": "lost"], status: 422, code: "invalid_spec",
                fields: ["run_as"])
        }
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let config = try jobd.file("jobd.yaml", definitions)
        #expect(try jobd.spawn(["--check", "--config", config]).wait() == 0)
        #expect(try String(contentsOfFile: jobd.log, encoding: .utf8).contains(said))
    }

    @Test(.enabled(if: geteuid() == 0)) func onlyAnAdministratorNamesAUser() throws {
        let definitions = """
            definitions:
              who: {command: [id, -un], run_as: nobody}
            """
        try guarded(definitions) { jobd in
            let job: [String: Any] = ["command": ["id", "-un"], "run_as": "nobody"]
            let submitter = bearer(try jobd.makeToken("ci", "submit"))
            try jobd.expectRefusal(
                "POST", "/jobs", job, headers: submitter, status: 403, code: "forbidden")
            try jobd.expectRefusal(
                "POST", "/jobs/batch", ["jobs": [job]], headers: submitter, status: 403,
                code: "forbidden")
            // What the administrator has decided on, anybody may start.
            for (job, headers) in [(job, [:]), (["definition": "who"], submitter)] {
                let (status, answer) = try jobd.send("POST", "/jobs", job, headers: headers)
                #expect(status == 201)
                let id = try #require(answer["id"] as? Int)
                try jobd.finished(id)
                #expect(try jobd.output(id) == "nobody\n")
            }
        }
    }
}
