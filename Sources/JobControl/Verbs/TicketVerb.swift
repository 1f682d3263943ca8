import ArgumentParser
import JobAPI
import JobClient

/// `jobctl ticket`
struct TicketVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "ticket",
        abstract: "Print an address with which a browser can follow one job.",
        discussion: """
            Whoever has the address can read that job's progress and output until the ticket \
            expires, and do nothing else. Over a Unix socket it is printed without the host: \
            put in front what the browser reaches jobd by.

            EXAMPLES:
              jobctl --url https://jobs.example.org ticket 42
              jobctl ticket 42 --output --expires 1h
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Flag(help: "Of the job's output, not of its progress.") var output = false
    @Option(help: ArgumentHelp("How long it is good for.", valueName: "time"))
    var expires: DurationArgument?
    @Argument(help: ArgumentHelp("The job.", valueName: "id")) var id: Int64

    func validate() throws {
        if let expires, expires.seconds <= 0 {
            throw ValidationError("--expires must be more than 0, as 1h")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        try await connection.withClient { client in
            let ticket = try await client.ticket(for: id, expiresSeconds: expires?.seconds)
            if format.isJSON {
                try console.line(ticket.json)
                return 0
            }
            var base = ""
            if case .http(let url) = client.endpoint.transport { base = url }
            let part = output ? "output" : "progress"
            // A ticket is made to stand in a URL as it is.
            let text = "\(base)/jobs/\(id)/\(part)?ticket=\(ticket.value.ticket)"
            try console.line(DisplayText.clean(text))
            return 0
        }
    }
}
