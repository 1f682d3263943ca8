import JobAPI

/// Finds what can stand at the cursor, by the declarations of the commands.
struct Completer {
    /// The program's declaration.
    let root: CommandDeclaration
    /// The daemon's jobs in these states (all if there are none), the newest
    /// first; none when it does not answer at once.
    let jobs: ([JobResource.State], CompletionLine) async -> [JobResource]
    /// The names of the daemon's queues; none when it does not answer at once.
    let queues: (CompletionLine) async -> [String]
    /// The names of the daemon's tokens; none when it does not answer at once.
    let tokens: (CompletionLine) async -> [String]
    /// The definitions that may be started; none when it does not answer at once.
    let definitions: (CompletionLine) async -> [DefinitionResource]

    /// What there is for the last of these words.
    func answer(_ words: CompletionWords) async -> CompletionAnswer {
        let line = CompletionLine(words.words, root: root)
        switch line.place {
        case .command(let index):
            return .command(words.indexes[index])
        case .subcommand:
            return proposed(subcommands(of: line.command), line.word, words)
        case .option:
            return proposed(options(of: line), line.word, words)
        case .value(let option, let prefix):
            return await values(option, prefix: prefix, line, words)
        case .argument where line.path == ["help"]:
            return proposed(subcommands(of: root), line.word, words)
        case .argument(let argument) where argument.valueName == "cmd":
            let definition = await definitions(line).first { $0.name == line.definition }
            return proposed(
                definition.map { parameters(of: $0, line) } ?? [], line.word, words)
        case .argument(let argument):
            return await values(argument, prefix: "", line, words)
        case .unknown: return .words([])
        case .nothing:
            return proposed(line.word.isEmpty ? options(of: line) : [], line.word, words)
        }
    }

    private func proposed(
        _ candidates: [CompletionCandidate], _ word: String, _ words: CompletionWords
    ) -> CompletionAnswer {
        .words(
            candidates.filter { $0.word.hasPrefix(word) }.map { candidate in
                var candidate = candidate
                candidate.word.removeFirst(min(words.kept.count, candidate.word.count))
                return candidate
            })
    }

    private func subcommands(of command: CommandDeclaration) -> [CompletionCandidate] {
        command.shownSubcommands.map {
            CompletionCandidate(word: $0.commandName, description: $0.abstract ?? "")
        }
    }

    private func options(of line: CompletionLine) -> [CompletionCandidate] {
        line.options.compactMap { option in
            let name = option.names?.first { $0.kind == "long" } ?? option.names?.first
            guard let name else { return nil }
            return CompletionCandidate(word: name.text, description: option.abstract ?? "")
        }
    }

    /// The parameters of a definition that are not given yet; when one is begun, its
    /// values as far as they are known.
    private func parameters(
        of definition: DefinitionResource, _ line: CompletionLine
    ) -> [CompletionCandidate] {
        guard let equals = line.word.firstIndex(of: "=") else {
            return definition.parameters
                .filter { parameter in
                    !line.arguments.contains { $0.hasPrefix("\(parameter.name)=") }
                }
                .map { parameter in
                    let texts = [parameter.description ?? "", DefinitionText.values(parameter)]
                    return CompletionCandidate(
                        word: "\(parameter.name)=",
                        description: DisplayText.fit(
                            DisplayText.clean(
                                texts.filter { !$0.isEmpty }.joined(separator: ": ")), 60))
                }
        }
        let name = line.word[..<equals]
        guard let parameter = definition.parameters.first(where: { $0.name == name }) else {
            return []
        }
        let choices =
            parameter.type == "boolean" ? [.flag(true), .flag(false)] : parameter.choices ?? []
        return choices.map { CompletionCandidate(word: "\(name)=\($0)") }
    }

    private func values(
        _ argument: ArgumentDeclaration, prefix: String, _ line: CompletionLine,
        _ words: CompletionWords
    ) async -> CompletionAnswer {
        let candidates: [CompletionCandidate]
        switch CompletionSource(argument, of: line.path) {
        case .files: return .files
        case .directories: return .directories
        case .unknown: candidates = []
        case .list(let values): candidates = values.map { CompletionCandidate(word: $0) }
        case .definitions:
            candidates = await definitions(line).map {
                CompletionCandidate(
                    word: prefix + $0.name,
                    description: DisplayText.fit(DisplayText.clean($0.description ?? ""), 60))
            }
            return proposed(candidates, line.word, words)
        case .queues:
            candidates = await queues(line).map { CompletionCandidate(word: $0) }
        case .tokens:
            candidates = await tokens(line).map { CompletionCandidate(word: $0) }
        case .jobs(let states):
            // Of those that wait only one that waits for its retry can be retried.
            let isRetry = line.path == ["retry"]
            let jobs = await jobs(states, line).filter { job in
                !isRetry || job.state != .waiting || job.waitingFor == "retry"
            }
            candidates = jobs.map { job in
                CompletionCandidate(word: "\(job.id)", description: CompletionText.of(job))
            }
        }
        // Several may be given with commas between: the last one is completed.
        let begun =
            prefix
            + (line.word.dropFirst(prefix.count).lastIndex(of: ",").map {
                String(line.word.dropFirst(prefix.count)[...$0])
            } ?? "")
        let before = begun.dropFirst(prefix.count).split(separator: ",").map(String.init)
        let taken = Set(before + (prefix.isEmpty ? line.arguments : []))
        return proposed(
            candidates.filter { !taken.contains($0.word) }.map {
                CompletionCandidate(word: begun + $0.word, description: $0.description)
            }, line.word, words)
    }
}
