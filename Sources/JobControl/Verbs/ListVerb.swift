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
            On a terminal it is a table that fits; elsewhere each job is a line with all of \
            its text. With --watch the table stays on the screen and follows what happens, \
            with the jobs that run on top: the arrow keys, PgUp, PgDn, Home and End move in \
            it, q leaves.

            EXAMPLES:
              jobctl list --watch
              jobctl list --state running,queued
              jobctl list --state failed --label app=shop --limit 10
              jobctl list --text rsync --all
              jobctl list --owner token:shop
              jobctl list --json | jq '.jobs[].id'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only jobs in this state, or in these, separated by commas: waiting, queued, "
                + "running, paused, succeeded, failed, cancelled. May be repeated.",
            valueName: "state"),
        completion: .list(ListVerb.stateNames))
    var states: [String] = []
    @OptionGroup var scope: ScopeOptions
    @Option(help: "Only jobs of this name.") var name: String?
    @Option(help: "Only jobs with this text in their name or command.") var text: String?
    @Option(
        help: ArgumentHelp(
            "At most so many (50; with --watch 500, and all that run).", valueName: "n"))
    var limit: Int?
    @Flag(help: "As many as there are.") var all = false
    @Flag(name: [.short, .long], help: "Keep it on the screen and up to date.") var watch = false

    /// The states that a job can be in, in the order of its life.
    static let stateNames: [String] =
        [
            JobResource.State.waiting, .queued, .running, .paused, .succeeded, .failed,
            .cancelled,
        ].map(\.rawValue)

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        try JobStates.check(states.flatMap { $0.split(separator: ",").map(String.init) })
        if limit != nil, all { throw ValidationError("give --limit or --all, not both") }
        if watch, format.isJSON {
            throw ValidationError("--watch is for people; `jobctl events --json` is for programs")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        var query = try scope.query()
        query.name = name
        if !states.isEmpty { query.state = states.joined(separator: ",") }
        query.text = text
        return try await watch ? keepShowing(query, on: console) : show(query, on: console)
    }

    private func show(_ query: JobQuery, on console: Console) async throws -> Int32 {
        let limit = all ? Int.max : limit ?? 50
        let listing = try await connection.withClient { client in
            try await JobListing.fetch(query, limit: limit, from: client)
        }
        if format.isJSON {
            try console.line(listing.json)
            return 0
        }
        let now = Date().timeIntervalSince1970
        guard console.outputIsTerminal else {
            for line in ListLines.lines(listing.jobs, now: now) { try console.line(line) }
            return 0
        }
        let style = console.style(on: .stdout)
        let columns = console.size().columns
        let table = ListTable(listing.jobs, now: now, width: columns, style: style)
        var summary = ListSummary.line(listing.jobs)
        if listing.hasMore { summary.append("; there are more: --limit N or --all", .gray) }
        let lines = listing.jobs.isEmpty ? [summary] : [table.titles] + table.lines + [summary]
        for line in lines { try console.line(line.rendered(columns: columns, style: style)) }
        return 0
    }

    private func keepShowing(_ query: JobQuery, on console: Console) async throws -> Int32 {
        guard console.outputIsTerminal else {
            throw Trouble.usage(
                "--watch needs a terminal; `jobctl events` prints what happens as lines")
        }
        let limit = all ? Int.max : limit ?? 500
        let states = Set(
            query.state.map { $0.split(separator: ",") }?
                .map { JobResource.State(rawValue: String($0)) } ?? [])
        let outages = ListScreenOutages()
        let interrupted: @Sendable (StreamInterruption) -> Void = { interruption in
            outages.tell(.init(reason: interruption.reason, retryIn: interruption.retryIn))
        }
        return try await connection.withClient(onInterruption: interrupted) { client in
            let terminal = ListScreenTerminal(console: console)
            let screen = ListScreen(
                ListScreenModel(states: states, limit: limit), console: console,
                terminal: terminal, place: client.endpoint.description)
            let session = ListScreenSession(
                client: client, query: query, limit: limit, screen: screen, terminal: terminal,
                outages: outages)
            return try await session.run()
        }
    }
}
