import ArgumentParser
import JobAPI
import JobClient

/// `jobctl complete`: what the completion scripts ask.
struct CompleteVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "complete",
        abstract: "Tell a shell what could stand at the cursor.",
        shouldDisplay: false)

    @Option(help: "The shell that asks.") var shell = CompletionShell.bash
    @Argument(
        parsing: .postTerminator,
        help: "The words after the program's name, up to the one at the cursor.")
    var words: [String] = []

    /// How long a daemon has to answer while somebody waits at a prompt.
    private static let patience = Duration.milliseconds(1500)
    /// More than this nobody reads.
    private static let most = 100

    func perform(on console: Console) async throws -> Int32 {
        let words = shell.words(words)
        let completer = Completer(
            root: try DeclarationDump.own(about: words.words),
            jobs: { states, line in
                await Self.ask(line) { client in
                    var query = JobQuery(limit: Self.most)
                    if !states.isEmpty {
                        query.state = states.map(\.rawValue).joined(separator: ",")
                    }
                    return try await client.jobs(query).value.jobs
                }
            },
            queues: { line in
                await Self.ask(line) { client in
                    try await client.queues().value.queues.map(\.name)
                }
            },
            tokens: { line in
                await Self.ask(line) { client in
                    try await client.tokens().value.tokens.map(\.name)
                }
            },
            definitions: { line in
                await Self.ask(line) { client in
                    try await client.definitions().value.definitions
                }
            })
        let answer = await completer.answer(words)
        for line in answer.lines { try console.line(line) }
        return 0
    }

    /// Asks the daemon that the command line is for. Where none answers, or not at
    /// once, there is nothing to propose: a prompt is no place for errors.
    private static func ask<Element: Sendable>(
        _ line: CompletionLine, _ body: @escaping @Sendable (Client) async throws -> [Element]
    ) async -> [Element] {
        var arguments: [String] = []
        for name in ["url", "token", "token-file", "ca-file"] {
            if let value = line.values[name] { arguments += ["--\(name)", value] }
        }
        // Whatever goes wrong, a shell that asks for words shows none, and no error.
        guard let connection = try? ConnectionOptions.parse(arguments) else { return [] }
        return await withTaskGroup(of: [Element].self) { group in
            defer { group.cancelAll() }
            group.addTask {
                (try? await connection.withClient(warn: { _ in }) { try await body($0) }) ?? []
            }
            group.addTask {
                // Cut short only when the answer was faster.
                try? await Task.sleep(for: patience)
                return []
            }
            return await group.next() ?? []
        }
    }
}
