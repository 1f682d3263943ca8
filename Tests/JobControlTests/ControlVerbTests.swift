import ArgumentParser
import Foundation
import JobAPI
import JobClient
import Testing

@testable import JobControl

/// What the verbs ask of the daemon, and what they say.
@Suite struct ControlVerbTests {
    @Test func oneRefusalDoesNotStopTheOthers() async throws {
        try await ScriptedDaemon.with { request in
            request.target.hasPrefix("/jobs/4/")
                ? .problem(409, "Job 4 does not run.") : .ok(Samples.document(5, state: "paused"))
        } _: { daemon in
            let recording = Recording()
            let status = try await run(["pause", "3", "4,5"], with: daemon, on: recording)
            #expect(status == 1)
            #expect(
                daemon.lines == [
                    "POST /jobs/3/pause", "POST /jobs/4/pause", "POST /jobs/5/pause",
                ])
            #expect(recording.errors == ["jobctl: job 4: Job 4 does not run."])
            #expect(recording.output == Array(repeating: "5 nightly copy: paused", count: 2))
        }
    }

    @Test func withoutAValidTokenTheOthersAreNotAsked() async throws {
        try await ScriptedDaemon.with { _ in
            .problem(401, "Who are you?")
        } _: { daemon in
            let status = try await run(["cancel", "3", "4"], with: daemon, on: Recording())
            #expect(status == 77)
            #expect(daemon.lines.count == 1)
        }
    }

    @Test func documentsOfSeveralJobs() async throws {
        try await ScriptedDaemon.with { request in
            .ok(Samples.document(request.number + 3, state: "running"))
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["resume", "--json", "3", "4"], with: daemon, on: recording)
            let documents = [3, 4].map { Samples.document($0, state: "running") }
            #expect(recording.output == [#"{"jobs":[\#(documents.joined(separator: ","))]}"#])
        }
    }

    @Test(
        arguments: [
            (["cancel", "7"], "POST /jobs/7/cancel {}"),
            (
                ["cancel", "--signal", "INT", "--grace", "1m", "7"],
                #"POST /jobs/7/cancel {"grace_seconds":60,"signal":"INT"}"#
            ),
            (["retry", "7"], "POST /jobs/7/retry"),
            (["signal", "usr1", "7"], #"POST /jobs/7/signal {"signal":"USR1","tree":false}"#),
            (
                ["signal", "--tree", "10", "7"],
                #"POST /jobs/7/signal {"signal":"USR1","tree":true}"#
            ),
            (
                ["signal", "SIGHUP", "7", "--json"],
                #"POST /jobs/7/signal {"signal":"HUP","tree":false}"#
            ),
            (["edit", "--priority", "-3", "7"], #"PATCH /jobs/7 {"priority":-3}"#),
            (
                ["edit", "--not-before", "none", "--queue", "q", "7"],
                #"PATCH /jobs/7 {"not_before":null,"queue":"q"}"#
            ),
        ] as [([String], String)])
    func requests(_ words: [String], _ line: String) async throws {
        try await ScriptedDaemon.with { _ in
            .ok(Samples.document(7, state: "queued"))
        } _: {
            daemon in
            try await expect(0, from: words, with: daemon, on: Recording())
            #expect(daemon.lines == [line])
        }
    }

    @Test func editingLabelsKeepsTheOthers() async throws {
        try await ScriptedDaemon.with { _ in
            .ok(Samples.document(7, state: "queued"))
        } _: {
            daemon in
            let words = ["edit", "--label", "a=b", "--remove-label", "app", "7"]
            try await expect(0, from: words, with: daemon, on: Recording())
            #expect(
                daemon.lines == [
                    "GET /jobs/7", #"PATCH /jobs/7 {"labels":{"a":"b","tier":"1"}}"#,
                ])
        }
    }

    @Test(arguments: ["USR3", "0", "64", "-1", "SIG"])
    func noSignals(_ word: String) {
        #expect(SignalName.name(word) == nil)
        #expect(throws: (any Error).self) { try Jobctl.parseAsRoot(["signal", word, "7"]) }
    }

    @Test func filtersChooseTheJobs() async throws {
        try await ScriptedDaemon.with { request in
            request.method == "GET"
                ? .ok(
                    #"{"jobs":[\#(Samples.document(9)),\#(Samples.document(8))],"next":null}"#)
                : .ok(Samples.document(8))
        } _: { daemon in
            let words = ["retry", "--label", "app=shop"]
            try await expect(0, from: words, with: daemon, on: Recording())
            #expect(
                daemon.lines == [
                    "GET /jobs?state=failed%2Ccancelled&label=app%3Dshop&limit=1000",
                    "POST /jobs/8/retry", "POST /jobs/9/retry",
                ])
        }
        try await ScriptedDaemon.with { _ in
            .ok(#"{"jobs":[],"next":null}"#)
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["delete", "--all"], with: daemon, on: recording)
            #expect(recording.errors == ["jobctl: there is no such job"])
        }
    }

    @Test func queues() async throws {
        let queue = """
            {"name":"gpu","slots":2,"paused":true,"resources":{"gpu":["0","1"],"mem_gb":24},\
            "in_use":{"gpu":["0"]},"running":1,"queued":4,"waiting":0}
            """
        try await ScriptedDaemon.with { request in
            switch request.target {
            case "/queues": .ok(#"{"queues":[\#(queue)]}"#)
            case "/queues/typo": .problem(404, "There is no queue typo.")
            default: .ok(queue)
            }
        } _: { daemon in
            let recording = Recording()
            for words in [
                ["queue"], ["queue", "list"], ["queue", "show", "gpu"],
                [
                    "queue", "set", "gpu", "--slots", "2", "--resource", "gpu=0,1", "--resource",
                    "m=24",
                ],
                ["queue", "set", "gpu", "--no-resources"],
                ["queue", "pause", "gpu"], ["queue", "resume", "gpu"], ["queue", "remove", "gpu"],
            ] {
                try await expect(0, from: words, with: daemon, on: recording)
            }
            // A mistyped name makes no queue.
            try await expect(1, from: ["queue", "pause", "typo"], with: daemon, on: recording)
            #expect(
                daemon.lines == [
                    "GET /queues", "GET /queues", "GET /queues/gpu",
                    #"PUT /queues/gpu {"resources":{"gpu":["0","1"],"m":24},"slots":2}"#,
                    #"PUT /queues/gpu {"resources":{}}"#,
                    "GET /queues/gpu", #"PUT /queues/gpu {"paused":true}"#,
                    "GET /queues/gpu", #"PUT /queues/gpu {"paused":false}"#,
                    "DELETE /queues/gpu", "GET /queues/typo",
                ])
            #expect(
                recording.output.contains(
                    "gpu: 2 slots, 1 running, 4 queued, paused, gpu 1/2, mem_gb 0/24"))
            #expect(recording.errors == ["jobctl: typo: There is no queue typo."])
        }
    }

    @Test func prune() async throws {
        try await ScriptedDaemon.with { _ in
            .ok(#"{"jobs":12,"bytes":34567,"complete":true}"#)
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["prune"], with: daemon, on: recording)
            let words = [
                "prune", "--older-than", "7d", "--keep", "3", "--state", "failed,cancelled",
                "--queue", "q",
            ]
            try await expect(0, from: words, with: daemon, on: recording)
            #expect(
                daemon.lines == [
                    "POST /prune {}",
                    #"POST /prune {"keep":3,"older_than_seconds":604800,"queue":"q","#
                        + #""states":["failed","cancelled"]}"#,
                ])
            #expect(recording.output.first == "12 jobs removed, 33.8 KiB freed")
        }
    }

    @Test func send() async throws {
        try await ScriptedDaemon.with { _ in
            .ok(#"{"size":9,"closed":false}"#)
        } _: { daemon in
            let recording = Recording()
            for words in [
                ["send", "7", "select", "1;"], ["send", "-n", "--close", "7", "bye"],
                ["send", "--offset", "3", "--json", "7", "--", "-x"],
            ] {
                try await expect(0, from: words, with: daemon, on: recording)
            }
            #expect(
                daemon.lines == [
                    "POST /jobs/7/stdin select 1;\n", "POST /jobs/7/stdin?close=1 bye",
                    "POST /jobs/7/stdin?offset=3 -x\n",
                ])
            #expect(recording.output == [#"{"size":9,"closed":false}"#])
        }
    }

    @Test func submitAFile() async throws {
        let path = "\(NSTemporaryDirectory())/jobctl-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try """
        - {name: build, command: make, stdin: ""}
        - command: [make, install]
          after: [build]
        """.write(toFile: path, atomically: true, encoding: .utf8)
        let sent =
            #"POST /jobs/batch {"jobs":[{"name":"build","command":"make","stdin":""},"#
            + #"{"command":["make","install"],"after":["build"]}]}"#
        try await ScriptedDaemon.with { _ in
            .ok(#"{"jobs":[\#(Samples.document(8)),\#(Samples.document(9))]}"#)
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["submit", "-f", path], with: daemon, on: recording)
            #expect(recording.output == ["8", "9"])
            #expect(daemon.lines == [sent])
            let words = ["submit", "-f", path, "--", "ls"]
            try await expect(64, from: words, with: daemon, on: recording)
            #expect(daemon.lines.count == 1)
        }
        try await ScriptedDaemon.with { _ in
            .problem(
                422, "Not acceptable.",
                errors: #"[{"field":"jobs[0].timeout_seconds","message":"must be positive"}]"#)
        } _: { daemon in
            let recording = Recording()
            try await expect(1, from: ["submit", "-f", path], with: daemon, on: recording)
            #expect(
                recording.errors == [
                    "jobctl: Not accepted (jobs[0].timeout_seconds of 'build': must be positive)"
                ])
        }
    }

    @Test func submitLeavesNothingToRead() async throws {
        try await ScriptedDaemon.with { _ in
            .ok(Samples.document(8))
        } _: { daemon in
            let recording = Recording()
            let words = ["submit", "--cwd", "/", "-n", "--", "rg", "x"]
            try await expect(0, from: words, with: daemon, on: recording)
            let open = ["submit", "--cwd", "/", "--open-stdin", "--", "cat"]
            try await expect(0, from: open, with: daemon, on: recording)
            #expect(
                daemon.lines == [
                    #"POST /jobs {"command":["rg","x"],"cwd":"/","stdin":""}"#,
                    #"POST /jobs {"command":["cat"],"cwd":"/"}"#,
                ])
        }
    }

    @Test func rangesOfPredecessorsAreLookedUp() async throws {
        try await ScriptedDaemon.with { request in
            request.method == "GET"
                ? .ok(#"{"jobs":[\#(Samples.document(5)),\#(Samples.document(3))],"next":null}"#)
                : .ok(Samples.document(8))
        } _: { daemon in
            let words = ["submit", "--cwd", "/", "-n", "--after", "3-6", "--after", "9", "--", "a"]
            try await expect(0, from: words, with: daemon, on: Recording())
            #expect(
                daemon.lines == [
                    "GET /jobs?limit=4&before=7",
                    #"POST /jobs {"after":[3,5,9],"command":["a"],"cwd":"/","stdin":""}"#,
                ])
        }
    }

    @Test func showTellsOfAllAttempts() async throws {
        let attempts = """
            {"attempts":[{"number":1,"started_at":"2026-11-22T08:15:30.123Z",\
            "finished_at":"2026-11-22T08:15:31.123Z","exit_code":3,"failure":"exit",\
            "outcome":"failed"},{"number":2,"started_at":"2026-11-22T08:15:40.123Z"}]}
            """
        try await ScriptedDaemon.with { request in
            request.target.hasSuffix("attempts")
                ? .ok(attempts)
                : .ok(Samples.document(7, attempt: request.target == "/jobs/7" ? 2 : 1))
        } _: { daemon in
            let recording = Recording()
            try await expect(0, from: ["show", "7"], with: daemon, on: recording)
            #expect(recording.output.last?.hasSuffix("running") == true)
            #expect(recording.output.dropLast().last?.hasSuffix("failed: exit code 3") == true)
            try await expect(0, from: ["show", "8"], with: daemon, on: recording)
            #expect(daemon.lines == ["GET /jobs/7", "GET /jobs/7/attempts", "GET /jobs/8"])
        }
    }
}
