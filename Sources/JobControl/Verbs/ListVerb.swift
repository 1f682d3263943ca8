import ArgumentParser
import JobAPI
import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `jobctl list`
struct ListVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List jobs, the newest first.",
        discussion: """
            EXAMPLES:
              jobctl list --state running
              jobctl list --label app=shop --limit 10
              jobctl list --json | jq '.jobs[].id'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(
        help: ArgumentHelp(
            "Only jobs in this state: queued, running, succeeded, failed, cancelled.",
            valueName: "state"))
    var state: String?
    @Option(help: "Only jobs of this queue.") var queue: String?
    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Only jobs with this label; may be repeated.", valueName: "key=value"))
    var labels: [AssignmentArgument] = []
    @Option(help: "Only jobs of this name.") var name: String?
    @Option(help: ArgumentHelp("At most so many.", valueName: "n")) var limit = 50

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func perform(on console: Console) async throws -> Int32 {
        var query = JobQuery(state: state, queue: queue, name: name)
        query.labels = try AssignmentArgument.labels(labels)
        let listing = try await connection.withClient { client in
            try await JobListing.fetch(query, limit: limit, from: client)
        }
        if format.isJSON {
            try console.line(listing.json)
            return 0
        }
        let width = console.outputIsTerminal ? console.size().columns : nil
        let table = ListTable.table(listing.jobs, now: Date().timeIntervalSince1970)
        for line in table.lines(width: width, style: console.style(on: .stdout)) {
            try console.line(line)
        }
        if listing.hasMore, console.outputIsTerminal {
            console.note("there are more; --limit N shows them")
        }
        return 0
    }
}
