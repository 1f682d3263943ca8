import ArgumentParser
import JobAPI
import JobClient

/// `jobctl events`
struct EventsVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print what happens to all jobs, one event a line, until Ctrl-C.",
        discussion: """
            EXAMPLES:
              jobctl events
              jobctl events --after 0 --label app=shop
              jobctl events --json | jq 'select(.state == "failed") | .job'
            """)

    @OptionGroup var connection: ConnectionOptions
    @Flag(name: .customLong("json"), help: "Print JSON, one object a line.")
    var isJSON = false
    @Option(
        help: ArgumentHelp(
            "Begin after this event; 0 for all that there are (default: now).",
            valueName: "event"))
    var after: Int64?
    @OptionGroup var scope: ScopeOptions
    @Option(help: ArgumentHelp("Only changes to this state.", valueName: "state"))
    var state: String?

    func perform(on console: Console) async throws -> Int32 {
        var query = try scope.query()
        query.state = state
        let notice = OutageNotice { console.note($0) }
        return try await connection.withClient(
            onInterruption: notice.interrupted, onResumption: notice.resumed
        ) { client in
            // A stream goes on for ever; that nobody is there has to be found now.
            _ = try await client.jobs(JobQuery(limit: 1))
            for try await element in client.events(matching: query, after: after) {
                notice.resumed()
                switch element {
                case .event(let event) where isJSON: try console.line(event.json)
                case .event(let event): try console.line(PlainLine.line(event.value))
                // They are told in the streams of single jobs only.
                case .estimate: continue
                case .reset(let job) where isJSON:
                    try console.line(JobsDocument.reset(job.json))
                case .reset: console.note("the events that follow begin again from the first")
                }
            }
            return 0
        }
    }
}
