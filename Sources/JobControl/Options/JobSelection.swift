import ArgumentParser
import JobAPI
import JobClient

/// The jobs that a verb is about: their ids, or what they have in common.
struct JobSelection: ParsableArguments {
    @Option(
        name: .customLong("label"),
        help: ArgumentHelp(
            "In place of ids: jobs with this label; may be repeated.", valueName: "key=value"))
    var labels: [AssignmentArgument] = []

    @Option(help: "In place of ids: jobs of this queue.")
    var queue: String?

    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "In place of ids: jobs in this state; may be repeated.", valueName: "state"))
    var states: [String] = []

    @Option(help: "In place of ids: jobs of this name.")
    var name: String?

    @Flag(help: "In place of ids: all jobs for which it makes sense.")
    var all = false

    @Argument(
        help: ArgumentHelp("The jobs: 3 5 9, 3,5,9 or 3-7.", valueName: "id"))
    var ids: [IDGroup] = []

    /// Whether it is told by what jobs have in common.
    var hasFilter: Bool {
        !labels.isEmpty || queue != nil || !states.isEmpty || name != nil || all
    }

    func validate() throws {
        if hasFilter, !ids.isEmpty {
            throw ValidationError(
                "give either ids or --label, --queue, --state, --name and --all, not both")
        }
        if !hasFilter, ids.isEmpty {
            throw ValidationError(
                "which jobs? Give ids (3 5, 3,5 or 3-7), or --label, --queue, --state, --name "
                    + "or --all")
        }
        try JobStates.check(words(of: states))
    }

    /// Which jobs a filter lets through.
    ///
    /// - Throws: `Trouble` when the verb concerns none of the states asked for.
    func query(for concern: Concern) throws -> JobQuery {
        let given = words(of: states).map(JobResource.State.init(rawValue:))
        let wanted = given.isEmpty ? concern.usual : given.filter(concern.possible.contains)
        guard !wanted.isEmpty else {
            throw Trouble.usage(
                "this concerns jobs that are \(JobStates.text(concern.possible)) only")
        }
        var query = JobQuery(
            state: wanted.map(\.rawValue).joined(separator: ","), queue: queue, name: name)
        query.labels = try AssignmentArgument.labels(labels)
        return query
    }

    /// The ids of the jobs, ascending when a filter found them.
    ///
    /// - Parameter waitingFirst: Whether those that a filter found come in the order in
    ///   which they can be ended one by one: else one that waits would start in the
    ///   place that a running one leaves.
    /// - Throws: `Trouble` when there is no job in a range.
    func resolved(
        for concern: Concern, waitingFirst: Bool = false, by client: Client
    ) async throws -> [Int64] {
        let lookup = JobLookup(client: client)
        guard hasFilter else { return try await lookup.ids(in: ids) }
        let jobs = try await lookup.jobs(matching: try query(for: concern))
        guard waitingFirst else { return jobs.map(\.id) }
        return (JobStates.unfinished + JobStates.finished).flatMap { state in
            jobs.filter { $0.state == state }.map(\.id)
        }
    }

    private func words(of options: [String]) -> [String] {
        options.flatMap { $0.split(separator: ",").map(String.init) }
    }
}
