import ArgumentParser
import JobAPI
import JobClient

/// `jobctl cancel`
struct CancelVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "End jobs.",
        usage: "jobctl cancel [options] ID…",
        discussion: """
            A running job is asked to end by a signal, and killed with all it started when \
            it takes longer than the grace time. Cancelling a finished job changes nothing. \
            With --label, --queue, --state, --name or --all it is about unfinished jobs.

            EXAMPLES:
              jobctl cancel 42
              jobctl cancel --signal INT --grace 1m 42 44-47
              jobctl cancel --queue gpu --state queued
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("What it is asked by (TERM).", valueName: "name"))
    var signal: String?
    @Option(help: ArgumentHelp("From asking to killing: 10s, 1m.", valueName: "time"))
    var grace: DurationArgument?
    @OptionGroup var selection: JobSelection

    func perform(on console: Console) async throws -> Int32 {
        let action = JobAction(
            isJSON: format.isJSON, selection: selection, concern: .unfinished)
        return try await connection.withClient { client in
            try await action.perform(with: client, on: console) { id in
                try await client.cancel(id, signal: signal, graceSeconds: grace?.seconds)
            }.status
        }
    }
}
