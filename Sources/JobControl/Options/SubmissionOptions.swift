import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What to run and how.
struct SubmissionOptions: ParsableArguments {
    @Option(help: "What to call the job.")
    var name: String?

    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("A label; may be repeated.", valueName: "key=value"))
    var labels: [AssignmentArgument] = []

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp(
            "A variable for the command; without =VALUE, as it is here. May be repeated.",
            valueName: "key[=value]"))
    var variables: [AssignmentArgument] = []

    @Option(
        name: .customLong("secret-env"),
        help: ArgumentHelp(
            "A variable that nobody else is to see; better without =VALUE, as it is here, for "
                + "command lines can be seen. May be repeated.",
            valueName: "key[=value]"))
    var secrets: [AssignmentArgument] = []

    @Option(
        help: ArgumentHelp("Where the command runs (default: this directory).", valueName: "dir"))
    var cwd: String?

    @Option(help: "The queue it goes through.")
    var queue: String?

    @Flag(help: "Give the command a terminal in place of pipes.")
    var tty = false

    @Flag(help: "While it prints no progress, take it from the largest file that it reads.")
    var watchFiles = false

    @Option(help: ArgumentHelp("End it after this long: 90, 90s, 5m, 2h.", valueName: "time"))
    var timeout: DurationArgument?

    @Option(
        help: ArgumentHelp("From asking it to end to killing it.", valueName: "time"))
    var killGrace: DurationArgument?

    @Option(help: ArgumentHelp("End it when it has written more: 64MiB, 1G.", valueName: "size"))
    var outputLimit: SizeArgument?

    @Option(
        help: ArgumentHelp("A line for /bin/sh -c, in place of CMD.", valueName: "line"))
    var shell: String?

    @Flag(
        name: [.customShort("n"), .long],
        help: "Let it find nothing on its standard input, even if something is piped in.")
    var noStdin = false

    @Flag(help: "Leave its standard input open for `jobctl send`.")
    var openStdin = false

    @Option(
        name: [.customShort("D"), .long],
        help: ArgumentHelp(
            "Start this definition of the daemon, in place of CMD, with the NAME=VALUE that "
                + "follow; without =VALUE, as the variable of that name is here.",
            valueName: "definition"))
    var definition: String?

    @OptionGroup var scheduling: SchedulingOptions

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp(
            "The command and its arguments; with -D the parameters.", valueName: "cmd"))
    var command: [String] = []

    /// Whether help was asked for: the parser takes that, too, for the beginning
    /// of the command.
    var wantsHelp: Bool { ["-h", "--help", "-help"].contains(command.first) }

    /// Where the command's input comes from.
    enum Input {
        /// There is none: it reads an end.
        case none
        /// What is piped in here.
        case piped
        /// Whatever is sent to it.
        case sent
    }

    /// Where the command's input comes from.
    ///
    /// - Parameter usual: Where it comes from when nothing is said about it and
    ///   nothing is piped in.
    func input(usually usual: Input) -> Input {
        if openStdin { return .sent }
        if noStdin { return .none }
        return StandardInput.isPiped ? .piped : usual
    }

    /// The request, and where its input comes from. That is left open unless there
    /// is none.
    ///
    /// - Parameter usual: Where it comes from when nothing is said about it and
    ///   nothing is piped in.
    /// - Throws: `Trouble` when the options contradict each other; what the client
    ///   throws, when it has to be asked for a definition or the jobs in a range.
    func submission(
        client: Client, usually usual: Input
    ) async throws -> (submission: JobSubmission, input: Input) {
        let environment = ProcessInfo.processInfo.environment
        let after = try await JobLookup(client: client).ids(in: scheduling.after)
        var submission: JobSubmission
        let input = self.input(usually: usual)
        if let definition {
            try checkBesideDefinition()
            let offered = try await client.definition(definition).value
            submission = try ParameterWords(offered, environment: environment)
                .submission(parameterWords)
            try complete(&submission, after: after, now: Date())
            guard offered.acceptsInput || !openStdin else {
                throw Trouble.usage("--open-stdin: \(definition) takes no input")
            }
            // What is piped in, by a script for instance, need not be meant for it.
            if !offered.acceptsInput { return (submission, .none) }
        } else {
            submission = try self.submission(
                directory: CallingProcess.directory, environment: CallingProcess.environment,
                after: after)
        }
        if case .none = input { submission.stdin = "" }
        guard try submission.encoded().count <= JobSubmission.maximumBytes else {
            throw Trouble.usage("command and environment are more than 1 MiB together")
        }
        return (submission, input)
    }

    /// The request, its input left open.
    ///
    /// - Parameter predecessors: The jobs that `--after` names.
    func submission(
        directory: String, environment: [String: String], after predecessors: [Int64] = [],
        now: Date = Date()
    ) throws -> JobSubmission {
        var submission = JobSubmission(command: try what())
        submission.queue = queue
        if !variables.isEmpty {
            submission.env = try Self.values(of: variables, "--env", environment)
        }
        if !secrets.isEmpty {
            submission.secretEnv = try Self.values(of: secrets, "--secret-env", environment)
        }
        submission.cwd = absolute(cwd, in: directory)
        if tty { submission.tty = true }
        if watchFiles { submission.watchFiles = true }
        submission.timeoutSeconds = timeout?.seconds
        submission.killGraceSeconds = killGrace?.seconds
        submission.outputLimitBytes = outputLimit?.bytes
        try complete(&submission, after: predecessors, now: now)
        return submission
    }

    /// Adds what may be said of a command and of a definition.
    private func complete(
        _ submission: inout JobSubmission, after predecessors: [Int64], now: Date
    ) throws {
        submission.name = name
        if !labels.isEmpty { submission.labels = try AssignmentArgument.labels(labels) }
        try scheduling.apply(to: &submission, after: predecessors, now: now)
    }

    /// - Throws: `Trouble` for what a definition says itself.
    private func checkBesideDefinition() throws {
        let options: [(String, Bool)] = [
            ("--env", !variables.isEmpty), ("--cwd", cwd != nil), ("--queue", queue != nil),
            ("--tty", tty), ("--watch-files", watchFiles), ("--timeout", timeout != nil),
            ("--kill-grace", killGrace != nil), ("--output-limit", outputLimit != nil),
            ("--shell", shell != nil),
        ]
        let given = options.first { $0.1 }?.0 ?? scheduling.givenBesideTime
        if let given { throw Trouble.usage("\(given) is for the definition to say") }
    }

    /// What follows the options.
    private var parameterWords: [String] {
        command.first == "--" ? Array(command.dropFirst()) : command
    }

    /// The first option, or the command, that was given.
    var given: String? {
        let options: [(String, Bool)] = [
            ("--name", name != nil), ("--label", !labels.isEmpty), ("--env", !variables.isEmpty),
            ("--secret-env", !secrets.isEmpty),
            ("--cwd", cwd != nil), ("--queue", queue != nil), ("--tty", tty),
            ("--watch-files", watchFiles), ("--timeout", timeout != nil),
            ("--kill-grace", killGrace != nil),
            ("--output-limit", outputLimit != nil), ("--shell", shell != nil),
            ("--open-stdin", openStdin), ("--no-stdin", noStdin),
            ("--definition", definition != nil), ("a command", !command.isEmpty),
        ]
        return options.first { $0.1 }?.0 ?? scheduling.given
    }

    private func what() throws -> JobResource.Command {
        var arguments = command
        if arguments.first == "--" {
            arguments.removeFirst()
        } else if let first = arguments.first, first.hasPrefix("-"), first != "-" {
            // What the parser does not know it takes for the command's beginning.
            throw Trouble.usage("unknown option '\(first)'; a command goes after --")
        }
        switch (shell, arguments.isEmpty) {
        case (.some(let line), true): return .shell(line)
        case (.none, false): return .arguments(arguments)
        case (.none, true):
            throw Trouble.usage("no command; give one after --, or a line with --shell")
        case (.some, false):
            throw Trouble.usage("give either a command or --shell, not both")
        }
    }

    private static func values(
        of variables: [AssignmentArgument], _ option: String, _ environment: [String: String]
    ) throws -> [String: String] {
        var values: [String: String] = [:]
        for variable in variables {
            guard let value = variable.value ?? environment[variable.key] else {
                throw Trouble.usage("\(option) \(variable.key): there is no such variable here")
            }
            values[variable.key] = value
        }
        return values
    }

    private func absolute(_ path: String?, in directory: String) -> String {
        guard let path, path != "." else { return directory }
        if path.hasPrefix("/") { return path }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }
}
