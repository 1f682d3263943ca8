import Foundation
import JobTestSupport
import Testing

/// `jobctl edit`, with options and with an editor.
@Suite(.serialized) struct JobctlEditTests {
    /// Submits a job that does not start.
    private func submit(_ jobd: DaemonFixture, _ more: [String: Any] = [:]) throws -> Int {
        try jobd.putQueue("later", ["paused": true])
        var spec = more
        spec["command"] = ["true"]
        spec["queue"] = "later"
        return try jobd.submit(spec)
    }

    /// An editor that keeps what it was given and changes it by sed(1).
    private func editor(_ jobd: DaemonFixture, _ commands: String...) throws -> [String: String] {
        let seen = "cat \"$2\" >> '\(jobd.directory)/seen'"
        let calls = commands.enumerated().map { index, command in
            "\(index + 1)) \(command) ;;"
        }
        let path = try jobd.file(
            "editor",
            """
            #!/bin/sh
            test "$1" = --flag || exit 9
            \(seen)
            echo . >> '\(jobd.directory)/calls'
            case $(wc -l < '\(jobd.directory)/calls') in
            \(calls.joined(separator: "\n"))
            esac
            """, isProgram: true)
        return ["EDITOR": "\(path) --flag", "TMPDIR": jobd.directory]
    }

    private func seen(_ jobd: DaemonFixture) throws -> String {
        try String(contentsOfFile: "\(jobd.directory)/seen", encoding: .utf8)
    }

    @Test func optionsChangeWhatTheyName() throws {
        try DaemonFixture.with { jobd in
            let id = try submit(
                jobd, ["priority": 3, "labels": ["app": "shop", "old": "x", "kept": "y"]])
            try jobd.putQueue("next", ["paused": true])
            let edited = try jobd.jobctl(
                "edit", "--priority", "-10", "--queue", "next", "--not-before", "+2h",
                "--label", "app=web", "--remove-label", "old", "\(id)")
            #expect(edited.status == 0)
            #expect(edited.lines.count == 1)
            var job = try jobd.job(id)
            #expect(job["priority"] as? Int == -10)
            #expect(job["queue"] as? String == "next")
            #expect(job["labels"] as? [String: String] == ["app": "web", "kept": "y"])
            #expect(job["state"] as? String == "waiting")
            #expect(job["waiting_for"] as? String == "time")

            let free = try jobd.jobctl("edit", "--json", "--not-before", "none", "\(id)")
            #expect(try free.object()["state"] as? String == "queued")
            job = try jobd.job(id)
            #expect(job["not_before"] is NSNull)
            #expect(job["priority"] as? Int == -10)

            try jobd.expectTrouble(1, "edit", "--queue", "nowhere", "\(id)", saying: "nowhere")
            try jobd.expectTrouble(64, "edit", "--not-before", "noon", "\(id)", saying: "noon")
        }
    }

    @Test func theEditorsChangesAreSent() throws {
        try DaemonFixture.with { jobd in
            let id = try submit(jobd, ["labels": ["app": "shop"]])
            let environment = try editor(
                jobd, "sed -i 's/^priority: 0/priority: 7/; s/app: shop/app: \"1\"/' \"$2\"")
            let edited = try jobd.jobctl("edit", "\(id)", environment: environment)
            #expect(edited.status == 0, "\(edited.errors)")
            #expect(try jobd.job(id)["priority"] as? Int == 7)
            #expect(try jobd.job(id)["labels"] as? [String: String] == ["app": "1"])
            #expect(try seen(jobd).contains("queue: later\n"))
            #expect(leftovers(jobd).isEmpty)
        }
    }

    @Test func nothingChangedIsSaid() throws {
        try DaemonFixture.with { jobd in
            let id = try submit(jobd)
            let edited = try jobd.jobctl(
                "edit", "\(id)", environment: try editor(jobd, "true"))
            #expect(edited.status == 0)
            #expect(edited.output == "")
            #expect(edited.errors.contains("nothing changed"))
            #expect(leftovers(jobd).isEmpty)
        }
    }

    @Test func whatIsRefusedIsOfferedAgain() throws {
        try DaemonFixture.with { jobd in
            let id = try submit(jobd)
            let edited = try jobd.jobctl(
                "edit", "\(id)",
                environment: try editor(
                    jobd, "sed -i 's/^queue: .*/queue: \"a b\"/' \"$2\"",
                    "sed -i 's/^priority: 0/priority: 2/; s/^queue: .*/queue: later/' \"$2\""))
            #expect(edited.status == 0, "\(edited.errors)")
            #expect(try jobd.job(id)["priority"] as? Int == 2)
            #expect(try seen(jobd).contains("#! Not accepted"))
            #expect(leftovers(jobd).isEmpty)
        }
    }

    @Test func whatCannotBeSentIsKept() throws {
        try DaemonFixture.with { jobd in
            let id = try submit(jobd)
            // It breaks off after it has saved.
            let edited = try jobd.jobctl(
                "edit", "\(id)",
                environment: try editor(
                    jobd, "sed -i 's/^priority: 0/priority: 8/' \"$2\"; exit 3"))
            #expect(edited.status == 1)
            #expect(edited.errors.split(separator: "\n").count == 1)
            let path = try #require(leftovers(jobd).first)
            #expect(edited.errors.contains(path))
            let kept = try String(contentsOfFile: "\(jobd.directory)/\(path)", encoding: .utf8)
            #expect(kept.contains("priority: 8"))
            #expect(try jobd.job(id)["priority"] as? Int == 0)
        }
    }

    @Test func whatHasStartedIsNotEdited() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit(["command": ["true"]])
            try jobd.finished(id)
            try jobd.expectTrouble(1, "edit", "--priority", "1", "\(id)")
            let edited = try jobd.jobctl(
                "edit", "\(id)", environment: try editor(jobd, "true"))
            #expect(edited.status == 1)
            #expect(edited.errors.contains("succeeded"))
            // The editor was not even opened.
            #expect(!FileManager.default.fileExists(atPath: "\(jobd.directory)/seen"))
        }
    }

    private func leftovers(_ jobd: DaemonFixture) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: jobd.directory)
        return (names ?? []).filter { $0.hasPrefix("jobctl-") }
    }
}
