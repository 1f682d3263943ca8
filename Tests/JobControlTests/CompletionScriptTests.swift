import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@testable import JobControl

/// The completion scripts in the shells themselves, where they are installed, with
/// a program in jobctl's place that says what it was asked and gives an answer.
@Suite struct CompletionScriptTests {
    private static func path(_ shell: String) -> String? {
        ["/bin", "/usr/bin", "/usr/local/bin"].map { "\($0)/\(shell)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a script of this shell beside the completion script and `jobctl`.
    ///
    /// - Returns: What it printed, and the words that jobctl got.
    private func run(
        _ shell: CompletionShell, answer: String, _ script: String
    ) async throws -> (output: String, asked: [String]) {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "completion-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func write(_ name: String, _ text: String) throws -> URL {
            let file = directory.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file
        }
        let asked = directory.appending(path: "asked")
        let program = try write(
            "jobctl",
            "#!/bin/sh\nprintf '%s\\n' \"$@\" > '\(asked.path)'\nprintf '\(answer)'\n")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: program.path)
        let completion = try write("completion", CompletionScript.text(for: shell))
        // Zsh completes only where somebody types, so there it is loaded there.
        let first = shell == .zsh ? "" : "source '\(completion.path)'\n"
        let file = try write("script", "\(first)\(script)\n")

        let process = Process()
        // A shell that waits for ever is to fail, not to hold up everything.
        process.executableURL = URL(filePath: try #require(Self.path("timeout")))
        let options: [String] =
            switch shell {
            case .bash: ["--norc"]
            case .zsh: ["-f"]
            case .fish: ["--no-config"]
            }
        let interpreter = try #require(Self.path(shell.rawValue))
        process.arguments = ["--kill-after=5", "60", interpreter] + options + [file.path]
        process.environment = [
            "PATH": "\(directory.path):/usr/bin:/bin", "HOME": directory.path, "LC_ALL": "C.UTF-8",
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        // Waiting for it must not hold a thread that other tests need.
        let output = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try Self.withoutBlockedSignals { try process.run() }
                        let output = pipe.fileHandleForReading.readDataToEndOfFile()
                        process.waitUntilExit()
                        return String(decoding: output, as: UTF8.self)
                    })
            }
        }
        let words = (try? String(contentsOf: asked, encoding: .utf8)) ?? ""
        return (
            output, words.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        )
    }

    /// Dispatch's threads block most signals; a process inherits that, and a shell
    /// that does not hear of its children waits for them for ever.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    // MARK: bash

    private func bash(_ words: [String], type: Int = 9, answer: String) async throws -> (
        output: String, asked: [String]
    ) {
        let quoted = words.map { "'\($0)'" }.joined(separator: " ")
        return try await run(
            .bash, answer: answer,
            """
            COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count - 1) COMP_TYPE=\(type)
            _jobctl
            printf '%s\\n' "${COMPREPLY[@]}"
            """)
    }

    @Test(.enabled(if: path("bash") != nil, "bash is not installed"))
    func bashProposesWords() async throws {
        let answer = #"words\n42\tnightly copy\n7\tbuild\n"#
        var result = try await bash(["jobctl", "cancel", ""], answer: answer)
        #expect(result.output == "42\n7\n")
        #expect(result.asked == ["complete", "--shell", "bash", "--", "cancel", "", ""])
        result = try await bash(["jobctl", "cancel", ""], type: 63, answer: answer)
        #expect(result.output == "42  nightly copy\n7  build\n")
        // The only one is inserted: it has to be the word alone.
        result = try await bash(["jobctl", "cancel", "4"], type: 63, answer: #"words\n42\tx\n"#)
        #expect(result.output == "42\n")
        // Without a daemon or without jobctl there is nothing to say.
        #expect(try await bash(["jobctl", "cancel", ""], answer: "words\\n").output == "\n")
        #expect(try await bash(["jobctl", "cancel", ""], answer: "").output == "\n")
    }

    @Test(.enabled(if: path("bash") != nil, "bash is not installed"))
    func bashCompletesFilesAndCommandsItself() async throws {
        #expect(
            try await bash(["jobctl", "run", "--cwd", "/us"], answer: "directories\\n").output
                .contains("/usr"))
        #expect(
            try await bash(["jobctl", "run", "--cwd", "/bin/s"], answer: "directories\\n").output
                == "\n")
        #expect(
            try await bash(["jobctl", "run", "--", "/bin/s"], answer: "files\\n").output
                .contains("/bin/sh\n"))
        #expect(
            try await bash(["jobctl", "run", "--", "prin"], answer: "command 2\\n").output
                .contains("printf\n"))
    }

    // MARK: fish

    @Test(.enabled(if: path("fish") != nil, "fish is not installed"))
    func fishProposesWords() async throws {
        var result = try await run(
            .fish, answer: #"words\n42\tnightly copy\n7\tbuild\n"#, "complete -C 'jobctl cancel '")
        #expect(result.output == "42\tnightly copy\n7\tbuild\n")
        #expect(result.asked == ["complete", "--shell", "fish", "--", "cancel", "", ""])
        result = try await run(
            .fish, answer: #"words\n--state=running\n"#, "complete -C 'jobctl list --state=ru'")
        #expect(result.output == "--state=running\n")
        #expect(try await run(.fish, answer: "", "complete -C 'jobctl cancel '").output == "")
    }

    @Test(.enabled(if: path("fish") != nil, "fish is not installed"))
    func fishCompletesFilesAndCommandsItself() async throws {
        #expect(
            try await run(.fish, answer: "directories\\n", "complete -C 'jobctl run --cwd /us'")
                .output
                .contains("/usr/"))
        #expect(
            try await run(.fish, answer: "directories\\n", "complete -C 'jobctl run --cwd=/us'")
                .output
                .contains("--cwd=/usr/"))
        #expect(
            try await run(.fish, answer: "files\\n", "complete -C 'jobctl x /bin/s'").output
                .contains("/bin/sh"))
        #expect(
            try await run(.fish, answer: "command 2\\n", "complete -C 'jobctl run -- prin'").output
                .contains("printf"))
    }

    // MARK: zsh

    /// Types a line and a tab, as only an interactive zsh completes.
    private func zsh(_ line: String, answer: String) async throws -> (
        output: String, asked: [String]
    ) {
        try await run(
            .zsh, answer: answer,
            """
            zmodload zsh/zpty
            zpty z "TERM=dumb zsh -f -i"
            zpty -w z "PS1=; autoload -Uz compinit; compinit -u -D; source ${0:h}/completion"
            zpty -w z 'LISTMAX=0; stty cols 100; zstyle ":completion:*" list-separator --'
            # What is on the line then, and the end of it all. What is typed is echoed,
            # and must not look like what is waited for.
            zpty -w z 'show() { print -r -- "li""ne=<$BUFFER>"; }; zle -N show; bindkey "^T" show'
            zpty -w z 'print re""ady'
            zpty -r z text '*ready*'
            zpty -w -n z '\(line)'$'\\t\\x14'
            zpty -r z text '*line=<*>*'
            print -r -- "$text"
            zpty -d z
            """)
    }

    @Test(.enabled(if: path("zsh") != nil, "zsh is not installed"))
    func zshProposesWords() async throws {
        var result = try await zsh("jobctl li", answer: #"words\nlist\tList jobs.\n"#)
        #expect(result.output.contains("line=<jobctl list >"))
        #expect(result.asked == ["complete", "--shell", "zsh", "--", "li", ""])
        result = try await zsh("jobctl cancel ", answer: #"words\n42\tnightly copy\n7\tbuild\n"#)
        #expect(result.output.contains("42  -- nightly copy"))
        #expect(result.output.contains("7   -- build"))
        #expect(result.asked == ["complete", "--shell", "zsh", "--", "cancel", "", ""])
        result = try await zsh("jobctl list --state=ru", answer: #"words\n--state=running\n"#)
        #expect(result.output.contains("line=<jobctl list --state=running >"))
    }

    @Test(.enabled(if: path("zsh") != nil, "zsh is not installed"))
    func zshCompletesFilesAndCommandsItself() async throws {
        #expect(
            try await zsh("jobctl run --cwd=/us", answer: "directories\\n").output
                .contains("line=<jobctl run --cwd=/usr/>"))
        #expect(
            try await zsh("jobctl run -- whoa", answer: "command 2\\n").output
                .contains("line=<jobctl run -- whoami >"))
    }
}
