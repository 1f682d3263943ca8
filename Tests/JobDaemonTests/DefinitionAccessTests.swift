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
