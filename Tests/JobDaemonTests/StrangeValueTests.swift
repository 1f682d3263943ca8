import Foundation
import Glibc
import JobTestSupport
import Testing

/// Values in the database that no daemon has written: answers may fail, the daemon does
/// not.
@Suite(.serialized, .timeLimit(.minutes(5))) struct StrangeValueTests {
    private static let numbers = ["9223372036854775807", "-9223372036854775808", "-1", "0"]
    private static let texts = [
        "''", "'x'", "'{}'", "'[]'", "'[1,{}]'", "'\"'", "'99999999999999'",
    ]
    private static let reals = ["9e307", "-9e307", "0.0"]

    private func sql(_ statement: String, _ jobd: DaemonFixture) throws -> String {
        let output = "\(jobd.directory)/\(UUID().uuidString)"
        let process = try ChildProcess(
            "/usr/bin/sqlite3",
            [
                "-cmd", ".timeout 5000", "\(jobd.state)/jobd.db",
                "PRAGMA ignore_check_constraints = ON; \(statement)",
            ], output: output, errors: output)
        process.wait()
        return try String(contentsOfFile: output, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Each column with what may stand in it: its name and the values.
    private func columns(of table: String, _ jobd: DaemonFixture) throws -> [(String, [String])] {
        try sql("SELECT name || ' ' || type FROM pragma_table_info('\(table)')", jobd)
            .split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                // Without these a row is another one.
                guard words.count == 2, !["id", "job_id", "number"].contains(words[0]) else {
                    return nil
                }
                switch words[1] {
                case "INTEGER": return (String(words[0]), Self.numbers)
                case "REAL": return (String(words[0]), Self.reals)
                default: return (String(words[0]), Self.texts)
                }
            }
    }

    private static let requests = [
        "/jobs", "/jobs/1", "/jobs/2", "/jobs?q=x&label=a=b", "/jobs/1/progress?limit=9",
        "/events?after=0&limit=9&queue=default", "/jobs/1/attempts", "/jobs/2/attempts",
        "/jobs/1/output", "/queues", "/metrics", "/ready",
    ]

    @Test(arguments: ["jobs", "attempts", "events", "queues"])
    func noneEndsTheDaemon(table: String) throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            let done = try jobd.submit([
                "command": "echo '{\"progress\": 0.5, \"message\": \"m\"}'", "name": "n",
                "labels": ["a": "b"], "retry": ["max_attempts": 2],
            ])
            try jobd.finished(done)
            let running = try jobd.submitGated("go", before: "echo 10%", ["name": "n"])
            try waitUntil("it runs") { try jobd.job(running)["state"] as? String == "running" }
            _ = try sql("CREATE TABLE kept AS SELECT * FROM \(table)", jobd)
            let names = try columns(of: table, jobd)
            #expect(names.count > 3)
            for (name, values) in names {
                for value in values {
                    _ = try sql("UPDATE \(table) SET \(name) = \(value)", jobd)
                    for target in Self.requests {
                        // What comes is no matter, as long as something does.
                        _ = try? jobd.request("GET", target, ["Accept": "application/json"])
                        try #require(
                            jobd.daemon?.isRunning == true, "\(name) = \(value): \(target)")
                    }
                    _ = try sql(
                        """
                        PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM \(table);
                        INSERT INTO \(table) SELECT * FROM kept; COMMIT
                        """, jobd)
                }
            }
            _ = try sql("DROP TABLE kept", jobd)
            #expect(try jobd.json("GET", "/jobs/\(done)").status == 200)
            jobd.open(gate: "go")
        }
    }
}
