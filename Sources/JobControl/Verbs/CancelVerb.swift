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
            it takes longer than the grace time. Cancelling a finished job changes nothing.

            EXAMPLES:
              jobctl cancel 42
              jobctl cancel --signal INT --grace 1m 42 43
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("What it is asked by (TERM).", valueName: "name"))
    var signal: String?
    @Option(help: ArgumentHelp("From asking to killing: 10s, 1m.", valueName: "time"))
    var grace: DurationArgument?
    @Argument(help: ArgumentHelp("The jobs.", valueName: "id")) var ids: [Int64]

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            var documents: [[UInt8]] = []
            for id in ids {
                let job = try await client.cancel(
                    id, signal: signal, graceSeconds: grace?.seconds)
                documents.append(job.json)
                if !format.isJSON { try console.line(PlainLine.line(job.value)) }
            }
            if format.isJSON { try console.line(JobsDocument.json(documents)) }
            return 0
        }
    }
}
