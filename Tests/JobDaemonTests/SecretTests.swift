import Foundation
import Glibc
import JobTestSupport
import Testing

/// `secret_env` from the submission to the end, and that nothing of it remains.
@Suite(.serialized) struct SecretTests {
    private static let value = "tr0ub4dor-and-3"

    /// The files below the state directory, and the log, that have the value.
    private func places(_ jobd: DaemonFixture) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: jobd.directory)
        return (files?.compactMap { $0 as? String } ?? []).filter { name in
            var status = stat()
            let path = "\(jobd.directory)/\(name)"
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return false
            }
            return FileManager.default.contents(atPath: path)?
                .range(of: Data(Self.value.utf8)) != nil
        }
    }

    @Test func theCommandHasItAndNobodyElse() throws {
        try DaemonFixture.with(["--log-level", "trace"]) { jobd in
            let id = try jobd.submit([
                "command": """
                test "$KEY" = \(Self.value.prefix(9))''\(Self.value.dropFirst(9)) || exit 9
                echo "10% with $KEY"; echo "$KEY" >&2; echo "20 $KEY" >$JOBD_PROGRESS
                read line; exit 3
                """,
                "secret_env": ["KEY": Self.value],
                "retry": ["max_attempts": 2, "backoff_seconds": 0],
            ])
            try jobd.wrote("with ***", id)
            // While it runs the database has it, and nothing else.
            #expect(try places(jobd).allSatisfy { $0.hasPrefix("state/jobd.db") })
            try jobd.killAndRestart()
            #expect(try jobd.sendInput(id, Array("go\n".utf8)).status == 200)
            let job = try jobd.finished(id)
            // The second attempt had it too: it did not exit with 9.
            #expect(job["exit_code"] as? Int == 3 && job["attempt"] as? Int == 2)
            #expect(job["secret_env"] as? [String] == ["KEY"])
            #expect(try jobd.output(id).contains("10% with ***"))
            try waitUntil("it is in no file") { try places(jobd) == [] }
            for path in ["/jobs/\(id)", "/jobs", "/jobs/\(id)/attempts", "/events?after=0"] {
                let answer = try jobd.request("GET", path, ["Accept": "application/json"])
                #expect(answer.head.status == 200)
                #expect(Data(answer.body).range(of: Data(Self.value.utf8)) == nil, "\(path)")
            }
            try jobd.expectRefusal(
                "POST", "/jobs/\(id)/retry", status: 409, code: "conflict")
        }
    }

    @Test func whatCannotStartDoesNotTellIt() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": ["/nonexistent"], "secret_env": ["KEY": Self.value],
            ])
            #expect(try jobd.finished(id)["failure"] as? String == "unstartable")
            try waitUntil("it is in no file") { try places(jobd) == [] }
            try jobd.expectRefusal(
                "POST", "/jobs", ["command": "x", "secret_env": ["KEY": "abc"]], status: 422,
                code: "invalid_spec", fields: ["secret_env.KEY"])
        }
    }

    @Test func jobctlTakesItFromItsEnvironment() throws {
        try DaemonFixture.with { jobd in
            let run = try jobd.jobctl(
                "run", "--secret-env", "KEY", "--", "sh", "-c", "echo got $KEY",
                environment: ["KEY": Self.value])
            #expect(run.status == 0 && run.output == "got ***\n")
            let file = try jobd.file(
                "job.yaml", "command: echo got $KEY\nsecret_env:\n  KEY: \(Self.value)\n")
            #expect(try jobd.jobctl("submit", "--file", file, "--wait").status == 0)
            unlink(file)
            try waitUntil("it is in no file") { try places(jobd) == [] }
            #expect(try jobd.jobctl("run", "--secret-env", "NONE", "--", "true").status == 64)
        }
    }
}
