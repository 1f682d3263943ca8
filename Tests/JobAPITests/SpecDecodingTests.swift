import JobAPI
import JobModel
import Testing

/// Submissions that are accepted, and what they mean.
@Suite struct SpecDecodingTests {
    private func spec(_ json: String) throws -> JobSpec {
        try JobSpec(json: Array(json.utf8))
    }

    @Test func onlyTheCommandIsRequired() throws {
        #expect(
            try spec(#"{"command": ["a", "", "b c"]}"#)
                == JobSpec(command: .arguments(["a", "", "b c"])))
        #expect(try spec(#"{"command": "a | b"}"#) == JobSpec(command: .shell("a | b")))
        #expect(try spec(" \t\r\n{\"command\":\"a\"}\n") == JobSpec(command: .shell("a")))
    }

    @Test func everythingCanBeGiven() throws {
        let given = try spec(
            #"""
            {"command": ["rsync", "-a"], "name": "nightly copy", "queue": "slow",
             "labels": {"app": "shop", "empty": ""}, "cwd": "/srv", "env": {"LANG": "C.UTF-8"},
             "stdin": "a\nb", "tty": true, "watch_files": true, "timeout_seconds": 0.25,
             "kill_grace_seconds": 0, "output_limit_bytes": 0}
            """#)
        #expect(
            given
                == JobSpec(
                    command: .arguments(["rsync", "-a"]), name: "nightly copy", queue: "slow",
                    labels: ["app": "shop", "empty": ""], cwd: "/srv",
                    environment: ["LANG": "C.UTF-8"], stdin: "a\nb", tty: true, watchFiles: true,
                    timeout: 250_000, killGrace: 0, outputLimitBytes: 0))
    }

    @Test func nullMeansLeftOut() throws {
        let given = try spec(
            #"""
            {"command": "a", "name": null, "queue": null, "labels": null, "cwd": null,
             "env": null, "stdin": null, "tty": null, "watch_files": null, "timeout_seconds": null,
             "kill_grace_seconds": null, "output_limit_bytes": null, "priority": null,
             "stall_timeout_seconds": null, "retry": null, "not_before": null, "after": null,
             "after_policy": null, "resources": null}
            """#)
        #expect(given == JobSpec(command: .shell("a")))
    }

    @Test(arguments: [
        ("3600", 3_600_000_000), ("0.001", 1000), ("1.5e1", 15_000_000), ("2.0", 2_000_000),
        ("0.1234567", 123_457), ("3155760000", 3_155_760_000_000_000),
    ])
    func durationsBecomeMicroseconds(seconds: String, microseconds: Int64) throws {
        let given = try spec(#"{"command":"a","timeout_seconds":\#(seconds)}"#)
        #expect(given.timeout == microseconds)
    }

    @Test func textsAreTakenAsTheyAre() throws {
        let given = try spec(
            #"{"command":["\u00e9","🎉","\ud83c\udf89","\\","\"","\n","\u0001"],"cwd":"/\u00e9"}"#)
        #expect(given.command == .arguments(["é", "🎉", "🎉", "\\", "\"", "\n", "\u{1}"]))
        #expect(given.cwd == "/é")
    }

    @Test func theLongestTextsAreAccepted() throws {
        let argument = String(repeating: "x", count: 131_071)
        let name = String(repeating: "n", count: 255)
        let label = String(repeating: "l", count: 63)
        let given = try spec(
            #"{"command":["\#(argument)"],"name":"\#(name)","labels":{"\#(label)":"\#(name)"}}"#)
        #expect(given.command == .arguments([argument]))
        #expect(given.name == name && given.labels == [label: name])
    }
}
