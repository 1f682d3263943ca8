import ArgumentParser

/// `jobctl completions`
struct CompletionsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a script that completes jobctl's command lines.",
        discussion: """
            It completes verbs, options and their values, and asks the daemon for the ids \
            of jobs and the names of queues.

            EXAMPLES:
              source <(jobctl completions bash)
              jobctl completions bash > ~/.local/share/bash-completion/completions/jobctl
              jobctl completions zsh > ~/.zfunc/_jobctl   # a directory in $fpath
              jobctl completions fish > ~/.config/fish/completions/jobctl.fish
            """)

    @Argument(help: "The shell: bash, zsh or fish.") var shell: CompletionShell

    func perform(on console: Console) async throws -> Int32 {
        try console.line(CompletionScript.text(for: shell))
        return 0
    }
}
