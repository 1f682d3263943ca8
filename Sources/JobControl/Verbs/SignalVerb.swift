import ArgumentParser
import JobAPI
import JobClient

/// `jobctl signal`
struct SignalVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Send a signal to running jobs.",
        usage: "jobctl signal [options] SIGNAL ID…",
        discussion: """
            SIGNAL is a name as USR1 or SIGUSR1, or a number. The command itself gets it, or \
            with --tree all processes of the job. What it does then is up to the command; \
            `jobctl cancel` makes sure of the end. With --label, --queue, --name or --all it \
            is about running jobs.

            EXAMPLES:
              jobctl signal USR1 42
              jobctl signal HUP --queue web
              jobctl signal --tree INT 42 44-47
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "To all processes of the job.") var tree = false
    @Argument(help: ArgumentHelp("The signal.", valueName: "signal"))
    var signal: String
    @OptionGroup var selection: JobSelection

    func validate() throws {
        guard SignalName.name(signal) == nil else { return }
        throw ValidationError(
            "there is no signal '\(signal)'; it comes first: jobctl signal USR1 ID")
    }

    func perform(on console: Console) async throws -> Int32 {
        let name = SignalName.name(signal) ?? signal
        let action = JobAction(
            isJSON: format.isJSON, selection: selection, concern: .only([.running, .paused]))
        return try await connection.withClient { client in
            try await action.perform(with: client, on: console) { id in
                try await client.signal(id, name, toTree: tree)
            }.status
        }
    }
}
