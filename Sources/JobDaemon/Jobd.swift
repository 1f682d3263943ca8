import ArgumentParser
import JobAPI

/// The daemon: takes jobs over HTTP, runs them, and streams their progress.
@main
struct Jobd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobd",
        abstract: "Runs commands as jobs and streams their progress over HTTP.",
        version: Version.current,
        subcommands: [Serve.self],
        defaultSubcommand: Serve.self)
}
