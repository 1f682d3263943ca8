import JobAPI
import JobClient

/// What the verbs have in common that do one thing to each of several jobs and say
/// how these stand then.
struct JobAction {
    let isJSON: Bool
    let selection: JobSelection
    let concern: Concern
    /// Whether the jobs as they then stand are the document that is printed.
    var printsDocument = true

    /// Does it, and prints each job as it then stands.
    ///
    /// - Returns: The jobs that it was done to, and what to exit with.
    func perform(
        with client: Client, on console: Console,
        _ action: (Int64) async throws -> Received<JobResource>
    ) async throws -> (ids: [Int64], status: Int32) {
        let ids = try await selection.resolved(for: concern, waitingFirst: true, by: client)
        if ids.isEmpty, !isJSON { console.note("there is no such job") }
        var each = EachJob(console: console)
        let jobs = try await each.perform(ids) { id in
            let job = try await action(id)
            if !isJSON { try console.line(PlainLine.line(job.value)) }
            return job
        }
        if isJSON, printsDocument { try console.line(JobsDocument.json(jobs.map(\.json))) }
        return (jobs.map(\.value.id), each.status)
    }
}
