import Foundation
import JobAPI
import Testing

@testable import JobControl

/// What is proposed at the cursor.
@Suite struct CompletionTests {
    /// What the daemon was asked for.
    private final class Asked {
        var states: [[String]] = []
        var queues = 0
        var urls: [String?] = []
    }

    /// Made once: it takes a while.
    private static let root = Result { try DeclarationDump.own().command }

    private func answer(
        _ words: [String], shell: CompletionShell = .zsh, asked: Asked = Asked()
    ) async throws -> CompletionAnswer {
        let job = try Samples.job()
        let completer = Completer(
            root: try Self.root.get(),
            jobs: { states, line in
                asked.states.append(states.map(\.rawValue))
                asked.urls.append(line.values["url"])
                var other = job
                other.id = 7
                other.name = "build"
                other.state = .failed
                other.failure = .exit
                other.exitCode = 3
                return [job, other]
            },
            queues: { line in
                asked.queues += 1
                asked.urls.append(line.values["url"])
                return ["default", "gpu"]
            },
            tokens: { _ in ["ci", "phone"] },
            definitions: { line in
                asked.urls.append(line.values["url"])
                return [Samples.definition]
            })
        return await completer.answer(shell.words(words))
    }

    private func words(
        _ words: String..., shell: CompletionShell = .zsh, asked: Asked = Asked()
    ) async throws -> [String] {
        guard case .words(let candidates) = try await answer(words, shell: shell, asked: asked)
        else {
            Issue.record("no words for \(words)")
            return []
        }
        return candidates.map(\.word)
    }

    @Test func verbs() async throws {
        let verbs = try await words("")
        #expect(Set(verbs).isSuperset(of: ["run", "list", "cancel", "completions", "help"]))
        // What only scripts use is not proposed.
        #expect(!verbs.contains("complete"))
        #expect(!verbs.contains("manual"))
        #expect(try await words("li") == ["list"])
        #expect(try await words("queue", "pa") == ["pause"])
        #expect(try await words("--url", "unix:/s", "li") == ["list"])
        #expect(try await words("--json", "li") == ["list"])
        #expect(try await words("help", "li") == ["list"])
        #expect(try await words("no-such-verb", "") == [])
    }

    @Test func options() async throws {
        let options = try await words("list", "--")
        #expect(options.first == "--state")
        #expect(Set(options).isSuperset(of: ["--watch", "--text", "--json", "--url", "--help"]))
        #expect(try await words("list", "--st") == ["--state"])
        // What was given is proposed again only if it may be repeated.
        #expect(try await words("list", "--watch", "--wa") == [])
        #expect(try await words("list", "--state", "failed", "--st") == ["--state"])
        #expect(try await words("--ur") == ["--url"])
        // A verb without arguments has nothing else to propose.
        #expect(try await words("list", "").contains("--state"))
        #expect(try await words("cancel", "--", "-") == [])
    }

    @Test func enumeratedValues() async throws {
        let states = ListVerb.stateNames
        #expect(states.count == 7)
        #expect(try await words("list", "--state", "") == states)
        #expect(try await words("list", "--state", "pau") == ["paused"])
        #expect(try await words("list", "--state=pau") == ["--state=paused"])
        #expect(
            try await words("list", "--state", "running,que") == ["running,queued"])
        #expect(try await words("list", "--state", "running,run") == [])
        #expect(try await words("cancel", "--signal", "US") == ["USR1", "USR2"])
        #expect(try await words("completions", "") == ["bash", "zsh", "fish"])
        #expect(try await words("prune", "--state", "") == ["succeeded", "failed", "cancelled"])
        #expect(try await words("run", "--retry-on", "ti") == ["timeout"])
        #expect(try await words("signal", "KI") == ["KILL"])
        // A number is only the user's to know.
        #expect(try await words("list", "--limit", "") == [])
    }

    @Test(
        arguments: [
            ("cancel", ["running", "paused", "queued", "waiting"]),
            ("delete", ["succeeded", "failed", "cancelled"]), ("show", []), ("logs", []),
            ("pause", ["running"]), ("resume", ["paused"]),
            ("retry", ["succeeded", "failed", "cancelled", "waiting"]),
        ] as [(String, [String])])
    func idsThatMakeSense(_ verb: String, _ states: [String]) async throws {
        let asked = Asked()
        #expect(try await words(verb, "", asked: asked) == ["42", "7"])
        #expect(asked.states == [states])
    }

    @Test func ids() async throws {
        let asked = Asked()
        #expect(try await words("cancel", "42", "", asked: asked) == ["7"])
        #expect(try await words("cancel", "--signal", "INT", "4") == ["42"])
        #expect(try await words("signal", "INT", "4") == ["42"])
        #expect(try await words("run", "--after", "4") == ["42"])
        #expect(try await words("cancel", "42,") == ["42,7"])
        #expect(try await words("--url", "unix:/s", "show", "", asked: asked) == ["42", "7"])
        #expect(try await words("show", "--url=http://h:1", "", asked: asked) == ["42", "7"])
        #expect(asked.urls == [nil, "unix:/s", "http://h:1"])
        // One is enough for this verb.
        #expect(try await words("show", "42", "4") == [])
        let text = try await answer(["cancel", ""]).lines
        #expect(
            text == ["words", "42\tnightly copy (running, 42%)", "7\tbuild (failed, exit code 3)"])
    }

    @Test func queues() async throws {
        let asked = Asked()
        #expect(try await words("list", "--queue", "", asked: asked) == ["default", "gpu"])
        #expect(try await words("submit", "--queue", "g", asked: asked) == ["gpu"])
        #expect(try await words("queue", "pause", "", asked: asked) == ["default", "gpu"])
        #expect(try await words("token", "revoke", "") == ["ci", "phone"])
        #expect(try await words("token", "revoke", "ci", "") == ["phone"])
        #expect(try await words("token", "create", "--role", "") == ["read", "submit", "admin"])
        #expect(try await words("token", "create", "--name", "") == [])
        #expect(asked.queues == 3)
        #expect(asked.states == [])
    }

    @Test func definitionsAndTheirParameters() async throws {
        #expect(try await words("run", "-D", "") == ["transcode"])
        #expect(try await words("submit", "--definition=tr") == ["--definition=transcode"])
        #expect(try await words("definitions", "") == ["transcode"])
        let all = ["input=", "preset=", "verbose="]
        #expect(try await words("run", "-D", "transcode", "") == all)
        #expect(try await words("run", "-D", "transcode", "--", "") == all)
        #expect(
            try await words("run", "-D", "transcode", "preset=fast", "") == [
                "input=", "verbose=",
            ])
        #expect(try await words("run", "-D", "transcode", "preset=f") == ["preset=fast"])
        #expect(
            try await words("run", "-D", "transcode", "verbose=") == [
                "verbose=true", "verbose=false",
            ])
        #expect(
            try await words("run", "-D", "transcode", "preset", "=", "f", shell: .bash)
                == ["fast"])
        // A file of the daemon's machine.
        #expect(try await words("run", "-D", "transcode", "input=") == [])
        #expect(try await words("run", "-D", "other", "") == [])
        // Options go before the parameters.
        #expect(try await words("run", "-D", "transcode", "--na") == ["--name"])
        #expect(try await words("run", "-D", "transcode", "input=a", "--na") == [])
        #expect(
            try await answer(["run", "-D", "transcode", "pre"]).lines
                == ["words", "preset=\tfast|slow"])
    }

    @Test func filesAndCommandsAreTheShells() async throws {
        #expect(try await answer(["submit", "--cwd", "/et"]) == .directories)
        #expect(try await answer(["submit", "--cwd=/et"]) == .directories)
        #expect(try await answer(["run", "--", "l"]) == .command(2))
        #expect(try await answer(["run", "--name", "x", "--", "ls", "-"]) == .command(4))
        #expect(try await answer(["run", "ls", "--he"]) == .command(1))
        #expect(try await answer(["--url", "u", "run", "l"]) == .command(3))
        #expect(try await words("run", "--na") == ["--name"])
        // An option without its value yet is no place for a command.
        #expect(try await words("run", "--name", "l") == [])
        #expect(try await words("progress", "") == [])
    }

    @Test(
        arguments: [
            [""], ["li"], ["list", "--state", ""], ["cancel", ""], ["queue", "pause", ""],
            ["queue", ""], ["run", "--na"], ["run", "--", "l"], ["submit", "--cwd", "/"],
            ["run", "-D", ""], ["run", "-D", "transcode", "p"],
            ["help", "li"], ["--url", "u", "list", "--sta"], ["no-such-verb", ""],
        ])
    func aPartOfTheDeclarationsIsEnough(_ words: [String]) async throws {
        func answer(_ root: CommandDeclaration) async throws -> CompletionAnswer {
            let job = try Samples.job()
            return await Completer(
                root: root, jobs: { _, _ in [job] }, queues: { _ in ["q"] }, tokens: { _ in [] },
                definitions: { _ in [Samples.definition] }
            ).answer(CompletionShell.zsh.words(words))
        }
        let part = try await answer(try DeclarationDump.own(about: words))
        let whole = try await answer(try Self.root.get())
        #expect(part == whole)
    }

    // MARK: Words as shells break them

    @Test func bashBreaksWords() async throws {
        let bash = CompletionShell.bash
        #expect(
            bash.words(["list", "--state", "=", "ru"])
                == bash.words(["list", "--state", "=", "ru"]))
        let joined = bash.words(["--url", "unix", ":", "/s", "list", "--state", "=", "ru"])
        #expect(joined.words == ["--url", "unix:/s", "list", "--state=ru"])
        #expect(joined.indexes == [0, 1, 4, 5])
        #expect(joined.kept == "--state=")
        #expect(try await words("list", "--state", "=", "ru", shell: .bash) == ["running"])
        #expect(
            try await words("list", "--state", "=", shell: .bash) == ListVerb.stateNames)
        #expect(try await words("list", "--state", "ru", shell: .bash) == ["running"])
        // The shell's own index: it has broken the words.
        #expect(
            try await answer(["run", "--env", "A", "=", "b", "--", "ls", "-"], shell: .bash)
                == .command(6))
        #expect(CompletionShell.zsh.words(["a", "=", "b"]).words == ["a", "=", "b"])
    }

    @Test func everyPositionalHasASourceOrIsTheUsers() throws {
        // A new verb whose ids are called something else would complete nothing.
        let root = try Self.root.get()
        for verb in root.shownSubcommands {
            for argument in verb.positionals where argument.valueName == "id" {
                guard case .jobs = CompletionSource(argument, of: [verb.commandName]) else {
                    Issue.record("\(verb.commandName) proposes no jobs")
                    continue
                }
            }
        }
    }
}
