import Foundation
import Glibc
import JobTestSupport
import Testing

/// What all verbs have in common: JSON, exit codes, and errors of one line.
@Suite(.serialized) struct JobctlFormTests {
    @Test func everyVerbThatPrintsCanPrintJSON() throws {
        try DaemonFixture.with(["--slots", "3"]) { jobd in
            /// Runs a verb and gives the one document that it printed.
            func document(
                _ arguments: String..., status: CInt = 0,
                sourceLocation: SourceLocation = #_sourceLocation
            ) throws -> [String: Any] {
                let run = try jobd.startJobctl(arguments).result()
                #expect(
                    run.status == status, "\(arguments): \(run.errors)",
                    sourceLocation: sourceLocation)
                #expect(run.errors == "", "\(arguments)", sourceLocation: sourceLocation)
                return try run.object(sourceLocation: sourceLocation)
            }
            func list(_ document: [String: Any], _ name: String = "jobs") -> Int? {
                (document[name] as? [Any])?.count
            }
            let loop = "echo ready; while :; do sleep 0.02; done"
            #expect(try document("submit", "--json", "--shell", loop)["id"] as? Int == 1)
            try jobd.wrote("ready", 1)
            #expect(list(try document("pause", "--json", "1")) == 1)
            #expect(list(try document("resume", "--json", "1")) == 1)
            #expect(list(try document("signal", "--json", "CONT", "1")) == 1)
            #expect(try document("show", "--json", "1")["state"] as? String == "running")
            #expect(list(try document("list", "--json")) == 1)
            // Before the verb, it is the same.
            #expect(list(try document("--json", "list")) == 1)
            #expect(list(try document("attempts", "--json", "1"), "attempts") == 1)
            #expect(try document("logs", "--json", "1")["stdout"] as? String == "ready\n")
            #expect(list(try document("cancel", "--json", "1")) == 1)
            #expect(list(try document("wait", "--json", "1", status: 1)) == 1)
            #expect(list(try document("retry", "--json", "1")) == 1)
            #expect(list(try document("cancel", "--json", "--all")) == 1)
            try jobd.finished(1)
            #expect(list(try document("delete", "--json", "1"), "deleted") == 1)

            #expect(
                try document("submit", "--json", "--open-stdin", "--", "cat")["id"] as? Int == 2)
            let sent = try document("send", "--json", "--close", "2", "text")
            #expect(sent["closed"] as? Bool == true)
            let ended = try document("submit", "--json", "--wait", "--", "false", status: 1)
            #expect(ended["exit_code"] as? Int == 1)
            let held = try document("submit", "--json", "--not-before", "+1h", "--", "true")
            #expect(held["state"] as? String == "waiting")
            let edited = try document("edit", "--json", "--priority", "3", "4")
            #expect(edited["priority"] as? Int == 3)
            #expect(try document("prune", "--json", "--keep", "0")["jobs"] as? Int != nil)

            #expect(try document("queue", "set", "--json", "q")["name"] as? String == "q")
            #expect(try document("queue", "show", "--json", "q")["slots"] as? Int == 1)
            #expect(list(try document("queue", "list", "--json"), "queues") == 2)
            #expect(list(try document("queue", "pause", "--json", "q"), "queues") == 1)
            #expect(list(try document("queue", "resume", "--json", "q"), "queues") == 1)
            #expect(list(try document("queue", "remove", "--json", "q"), "removed") == 1)
            // Nothing found is a document, too.
            for verb in ["pause", "wait", "show", "retry"] {
                #expect(list(try document(verb, "--json", "--name", "nobody")) == 0)
            }
        }
    }

    @Test func streamsAreAnObjectALine() throws {
        try DaemonFixture.with(["--progress-interval-seconds", "0"]) { jobd in
            let script = "echo 50%; echo err >&2; exit 3"
            let run = try jobd.jobctl("run", "--json", "--shell", script)
            #expect(run.status == 3)
            #expect(run.errors == "")
            let pieces = try run.objects()
            #expect(pieces.last?["exit_code"] as? Int == 3)
            #expect(Set(pieces.compactMap { $0["stream"] as? String }) == ["stdout", "stderr"])
            let followed = try jobd.jobctl("logs", "-f", "--json", "1").objects()
            #expect(followed.count == 2)
            let watched = try jobd.jobctl("watch", "--json", "1")
            #expect(watched.status == 1)
            #expect(try watched.objects().last?["state"] as? String == "failed")

            let events = try jobd.startJobctl(["events", "--json", "--after", "0"])
            try waitUntil("all is told") { events.output.contains(#""state":"failed""#) }
            #expect(try jobd.jobctl("submit", "--wait", "--", "true").status == 0)
            try waitUntil("the next is told") { events.output.contains(#""state":"succeeded""#) }
            events.process.signal(SIGINT)
            let told = try events.result()
            #expect(Set(try told.objects().compactMap { $0["job"] as? Int }) == [1, 2])
            let ids = try told.objects().compactMap { $0["id"] as? Int }
            #expect(ids == ids.sorted() && Set(ids).count == ids.count)
        }
    }

    @Test func wrongUsageIs64() throws {
        // Nobody is asked, so nobody has to be there.
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        for arguments in [
            ["nonsense"], ["show"], ["show", "x"], ["cancel"], ["logs"], ["logs", "1", "2"],
            ["submit"], ["submit", "--retries", "x", "--", "true"],
            ["submit", "--after", "x", "--", "true"],
            ["submit", "--resource", "gpu=x", "--", "true"],
            ["submit", "--not-before", "noon", "--", "true"],
            ["list", "--limit", "0"], ["list", "--state", "asleep"], ["list", "--watch"],
            ["queue", "set"], ["queue", "nonsense"], ["prune", "--older-than", "x"],
            ["send"], ["send", "x", "text"], ["edit"], ["signal", "USR1"],
            ["completions", "csh"], ["--url", "gopher://x", "list"], ["progress"],
        ] {
            let run = try jobd.startJobctl(arguments).result()
            #expect(run.status == 64, "\(arguments): \(run.output)\(run.errors)")
            #expect(!run.errors.isEmpty, "\(arguments)")
            #expect(run.output == "", "\(arguments)")
        }
    }

    @Test func withoutADaemonEveryVerbSaysSo() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let file = try jobd.file("job.json", #"{"command": ["true"]}"#)
        for arguments in [
            ["submit", "--", "true"], ["submit", "-f", file], ["watch", "1"], ["list"],
            ["show", "1"], ["logs", "1"], ["logs", "-f", "1"], ["attempts", "1"], ["wait", "1"],
            ["cancel", "1"], ["pause", "1"], ["resume", "1"], ["retry", "1"],
            ["signal", "USR1", "1"], ["send", "1", "text"], ["edit", "--priority", "1", "1"],
            ["delete", "1"], ["prune"], ["queue"], ["queue", "show", "q"], ["queue", "set", "q"],
            ["queue", "pause", "q"], ["queue", "resume", "q"], ["queue", "remove", "q"],
            ["events"], ["cancel", "--all"],
        ] {
            let run = try jobd.startJobctl(arguments).result()
            #expect(run.status == 69, "\(arguments): \(run.errors)")
            #expect(run.output == "", "\(arguments)")
            #expect(
                run.errors.split(separator: "\n").count == 1, "\(arguments): \(run.errors)")
            #expect(run.errors.contains("jobd serve"), "\(arguments): \(run.errors)")
        }
    }

    @Test func everyVerbHasHelp() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let help = try jobd.jobctl("--help")
        #expect(help.status == 0)
        let verbs = [
            "run", "submit", "watch", "list", "show", "logs", "attempts", "wait", "cancel",
            "pause", "resume", "retry", "signal", "send", "edit", "delete", "prune", "queue",
            "events", "progress", "completions",
        ]
        for verb in verbs {
            #expect(help.lines.contains { $0.hasPrefix("  \(verb) ") }, "\(verb)")
            let own = try jobd.jobctl(verb, "--help")
            #expect(own.status == 0)
            #expect(own.output.contains("USAGE: jobctl \(verb)"), "\(verb)")
        }
        #expect(try jobd.jobctl("--version").output.contains("."))
    }
}
