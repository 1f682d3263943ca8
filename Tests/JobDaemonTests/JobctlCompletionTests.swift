import Foundation
import JobTestSupport
import Testing

/// The completion scripts, what they are told by a real daemon, and the manual.
@Suite(.serialized) struct JobctlCompletionTests {
    private static func isInstalled(_ program: String) -> Bool {
        ["/bin", "/usr/bin", "/usr/local/bin"].contains { directory in
            FileManager.default.isExecutableFile(atPath: "\(directory)/\(program)")
        }
    }

    private func expectAccepted(by shell: String) throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        // No daemon is needed.
        let script = try jobd.jobctl("completions", shell)
        #expect(script.status == 0)
        #expect(script.output.contains(" complete --shell \(shell) -- "))
        let path = try jobd.file("completion", script.bytes)
        let checked = try jobd.script("\(shell) -n '\(path)'")
        #expect(checked.status == 0, "\(checked.errors)")
        #expect(checked.errors == "")
    }

    @Test func bashAcceptsItsScript() throws {
        try expectAccepted(by: "bash")
    }

    @Test(.enabled(if: isInstalled("zsh"), "zsh is not installed"))
    func zshAcceptsItsScript() throws {
        try expectAccepted(by: "zsh")
    }

    @Test(.enabled(if: isInstalled("fish"), "fish is not installed"))
    func fishAcceptsItsScript() throws {
        try expectAccepted(by: "fish")
    }

    /// The words that are proposed for the last of these.
    private func proposed(_ jobd: DaemonFixture, _ words: String...) throws -> [String] {
        let run = try jobd.startJobctl(["complete", "--"] + words).result()
        #expect(run.status == 0, "\(words): \(run.errors)")
        #expect(run.errors == "")
        #expect(run.lines.first == "words", "\(words): \(run.output)")
        return run.lines.dropFirst().map { String($0.prefix { $0 != "\t" }) }
    }

    @Test func liveJobsAreProposedWhereTheyMakeSense() throws {
        try DaemonFixture.with(["--slots", "2"]) { jobd in
            try jobd.putQueue("held", ["paused": true])
            let failed = try jobd.submit(["command": ["false"], "name": "broken build"])
            try jobd.finished(failed)
            let running = try jobd.submitGated("never")
            let paused = try jobd.submitGated("never")
            try jobd.wrote("ready", running)
            try jobd.wrote("ready", paused)
            #expect(try jobd.send("POST", "/jobs/\(paused)/pause").status == 200)
            let queued = try jobd.submit(["command": ["true"], "queue": "held"])
            let waiting = try jobd.submit(["command": ["true"], "after": [queued]])
            let retrying = try jobd.submit([
                "command": ["false"], "queue": "default",
                "not_before": "2099-01-01T00:00:00Z",
            ])
            let unfinished = [retrying, waiting, queued, paused, running]
            func ids(_ verb: String, sourceLocation: SourceLocation = #_sourceLocation) throws
                -> [Int]
            {
                try proposed(jobd, verb, "").compactMap { Int($0) }
            }
            for verb in ["cancel", "wait", "watch", "send"] {
                #expect(try ids(verb) == unfinished, "\(verb)")
            }
            for verb in ["show", "logs", "attempts"] {
                #expect(try ids(verb) == unfinished + [failed], "\(verb)")
            }
            #expect(try ids("pause") == [running])
            #expect(try ids("resume") == [paused])
            #expect(try ids("edit") == [retrying, waiting, queued])
            #expect(try ids("delete") == [failed])
            // Of those that wait none waits for its retry.
            #expect(try ids("retry") == [failed])
            #expect(try proposed(jobd, "signal", "USR1", "") == ["\(paused)", "\(running)"])
            #expect(try proposed(jobd, "submit", "--after", "").first == "\(retrying)")
            // What is there already is not proposed again, and what is begun goes on.
            #expect(try proposed(jobd, "resume", "\(paused)", "").isEmpty)
            #expect(try proposed(jobd, "pause", "\(running)").contains("\(running)"))

            let shown = try jobd.jobctl("complete", "--", "delete", "")
            #expect(
                shown.lines.last == "\(failed)\tbroken build (failed, exit code 1)",
                "\(shown.output)")
        }
    }

    @Test func aJobThatWaitsForItsRetryIsProposedForThat() throws {
        try DaemonFixture.with { jobd in
            let id = try jobd.submit([
                "command": ["false"],
                "retry": ["max_attempts": 2, "backoff_seconds": 3000, "max_backoff_seconds": 3000],
            ])
            try jobd.reached("waiting", id)
            #expect(try proposed(jobd, "retry", "") == ["\(id)"])
        }
    }

    @Test func queuesStatesAndVerbsAreProposed() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("gpu", [:])
            try jobd.putQueue("builds", [:])
            for words in [
                ["submit", "--queue", ""], ["list", "--queue", ""], ["queue", "show", ""],
                ["queue", "remove", ""], ["cancel", "--queue", ""],
            ] {
                let run = try jobd.startJobctl(["complete", "--"] + words).result()
                #expect(
                    Set(run.lines.dropFirst()) == ["builds", "default", "gpu"], "\(run.output)")
            }
            // As bash breaks the words.
            #expect(try proposed(jobd, "list", "--queue", "=", "g") == ["gpu"])
            #expect(try proposed(jobd, "queue", "sh") == ["show"])
            #expect(try proposed(jobd, "re") == ["resume", "retry", "recognize"])
            #expect(try proposed(jobd, "list", "--state", "f") == ["failed"])
            #expect(
                try proposed(jobd, "prune", "--state", "") == ["succeeded", "failed", "cancelled"])
            #expect(try proposed(jobd, "prune", "--ol") == ["--older-than"])
            #expect(
                try jobd.jobctl("complete", "--", "submit", "-f", "").lines == ["files"])
            jobd.kill()
            #expect(try proposed(jobd, "list", "--queue", "").isEmpty)
            #expect(try proposed(jobd, "cancel", "").isEmpty)
        }
    }

    /// From pressing the key in bash to the daemon's answer.
    @Test func bashCompletesFromTheDaemon() throws {
        try DaemonFixture.with { jobd in
            try jobd.putQueue("gpu", [:])
            let completed = try jobd.script(
                """
                source <(jobctl completions bash)
                COMP_WORDS=(jobctl list --queue g) COMP_CWORD=3
                _jobctl
                echo "${COMPREPLY[@]}"
                """)
            #expect(completed.output == "gpu\n", "\(completed.errors)")
        }
    }

    @Test func theManualHasAPageForEachVerb() throws {
        let jobd = try DaemonFixture()
        defer { jobd.tearDown() }
        let directory = "\(jobd.directory)/man"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let written = try jobd.jobctl("manual", directory)
        #expect(written.status == 0, "\(written.errors)")
        let files = Set(try FileManager.default.contentsOfDirectory(atPath: directory))
        #expect(
            files.isSuperset(of: [
                "jobctl.1", "jobctl-run.1", "jobctl-queue.1", "jobctl-edit.1",
            ]), "\(files)")
        #expect(Set(written.lines) == Set(files.map { "\(directory)/\($0)" }))
        for file in files {
            let text = try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)
            #expect(text.contains(".Sh NAME\n") && text.contains(".Sh SYNOPSIS\n"), "\(file)")
        }
        let daemons = try jobd.script(
            "jobd --experimental-dump-help | jobctl manual --from - --section 8 '\(directory)'")
        #expect(daemons.lines == ["\(directory)/jobd.8"], "\(daemons.errors)")
        let refused = try jobd.jobctl("manual", "\(jobd.directory)/nowhere")
        #expect(refused.status == 1)
        #expect(refused.errors.split(separator: "\n").count == 1)
    }
}
