import ArgumentParser
import JobAPI

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
        help: ArgumentHelp("Where the command runs (default: this directory).", valueName: "dir"))
    var cwd: String?

    @Option(help: "The queue it goes through.")
    var queue: String?

    @Flag(help: "Give the command a terminal in place of pipes.")
    var tty = false

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
        help: "Do not read standard input, even if something is piped in.")
    var noStdin = false

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The command and its arguments.", valueName: "cmd"))
    var command: [String] = []

    /// Whether help was asked for: the parser takes that, too, for the beginning
    /// of the command.
    var wantsHelp: Bool { ["-h", "--help", "-help"].contains(command.first) }

    /// The request, with what is piped in here as the command's input.
    ///
    /// - Throws: `Trouble` when the options contradict each other.
    func submission(console: Console) throws -> JobSubmission {
        var submission = try submission(
            directory: FileManager.default.currentDirectoryPath,
            environment: ProcessInfo.processInfo.environment)
        if !noStdin { submission.stdin = try StandardInput.read(console: console) }
        guard try submission.encoded().count <= JobSubmission.maximumBytes else {
            throw Trouble.usage(
                "command, environment and input are more than 1 MiB together; "
                    + "put the input into a file and let the command read that")
        }
        return submission
    }

    /// The request without an input.
    func submission(
        directory: String, environment: [String: String]
    ) throws -> JobSubmission {
        var submission = JobSubmission(command: try what())
        submission.name = name
        submission.queue = queue
        if !labels.isEmpty { submission.labels = try AssignmentArgument.labels(labels) }
        if !variables.isEmpty {
            submission.env = try variableValues(environment: environment)
        }
        submission.cwd = absolute(cwd, in: directory)
        if tty { submission.tty = true }
        submission.timeoutSeconds = timeout?.seconds
        submission.killGraceSeconds = killGrace?.seconds
        submission.outputLimitBytes = outputLimit?.bytes
        return submission
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

    private func variableValues(environment: [String: String]) throws -> [String: String] {
        var values: [String: String] = [:]
        for variable in variables {
            guard let value = variable.value ?? environment[variable.key] else {
                throw Trouble.usage("--env \(variable.key): there is no such variable here")
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
