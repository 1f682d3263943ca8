import ArgumentParser
import JobClient

/// Which jobs verbs that show many of them are about.
struct ScopeOptions: ParsableArguments {
    @Option(help: "Only jobs of this queue.") var queue: String?
    @Option(
        name: .customLong("label"),
        help: ArgumentHelp("Only jobs with this label; may be repeated.", valueName: "key=value"))
    var labels: [AssignmentArgument] = []
    @Option(
        help: ArgumentHelp(
            "Only jobs that this one submitted: user:1000, token:ci.", valueName: "owner"))
    var owner: String?

    /// The query for them.
    ///
    /// - Throws: `Trouble` when a label has no value.
    func query() throws -> JobQuery {
        JobQuery(queue: queue, labels: try AssignmentArgument.labels(labels), owner: owner)
    }
}
