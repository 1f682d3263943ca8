import ArgumentParser
import JobAPI
import JobClient

/// `jobctl prune`
struct PruneVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old finished jobs with their history and output.",
        usage: "jobctl prune [options]",
        discussion: """
            Without options it removes what the daemon's own settings no longer keep, which \
            the daemon also does by itself. With --older-than and --keep both it removes \
            those that either admits; with --state or --queue alone all finished ones that \
            match.

            EXAMPLES:
              jobctl prune --older-than 7d
              jobctl prune --keep 1000
              jobctl prune --state cancelled --queue gpu
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var format: FormatOptions
    @Option(help: ArgumentHelp("Finished longer ago: 12h, 7d.", valueName: "time"))
    var olderThan: DurationArgument?
    @Option(help: ArgumentHelp("All but so many, the newest.", valueName: "n")) var keep: Int?
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Only these: succeeded, failed, cancelled; may be repeated.", valueName: "state"))
    var states: [String] = []
    @Option(help: "Only jobs of this queue.") var queue: String?

    func validate() throws {
        if let keep, keep < 0 { throw ValidationError("--keep must be 0 or more") }
        for state in finished where !JobStates.finished.contains(state) {
            throw ValidationError(
                "--state must be \(JobStates.text(JobStates.finished)), not '\(state.rawValue)'")
        }
    }

    func perform(on console: Console) async throws -> Int32 {
        let query = PruneQuery(
            olderThanSeconds: olderThan?.seconds, keep: keep,
            states: finished.isEmpty ? nil : finished, queue: queue)
        var jobs: Int64 = 0
        var bytes: Int64 = 0
        try await connection.withClient { client in
            var isComplete = false
            while !isComplete {
                let pruned = try await client.prune(query).value
                jobs += pruned.jobs
                bytes += pruned.bytes
                isComplete = pruned.complete
            }
        }
        if format.isJSON {
            try console.line(Array("{\"jobs\":\(jobs),\"bytes\":\(bytes)}".utf8))
        } else {
            try console.line(
                "\(jobs) \(jobs == 1 ? "job" : "jobs") removed, "
                    + "\(Quantity.bytes(Double(bytes))) freed")
        }
        return 0
    }

    private var finished: [JobResource.State] {
        states.flatMap { $0.split(separator: ",") }.map { JobResource.State(rawValue: String($0)) }
    }
}
