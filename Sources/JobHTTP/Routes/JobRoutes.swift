import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore

/// Listing, showing and deleting jobs, and the paths that these share with others.
struct JobRoutes: Sendable {
    let store: Store
    let actions: JobActions
    let submission: SubmissionRoutes
    let control: ControlRoutes

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs", [.get: list, .post: submission.submit])
        router.endpoint(
            "/jobs/{id}", [.get: show, .delete: delete, .patch: control.change])
    }

    @Sendable private func list(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let query = QueryParameters(request)
        var filter = JobFilter()
        filter.states = try query.states()
        filter.queue = try query.string("queue")
        filter.name = try query.string("name")
        filter.labels = try query.labels()
        filter.text = try query.string("q")
        filter.owner = try query.owner(seenBy: try context.requester)
        let limit = Int(try query.integer("limit", in: 1...1000) ?? 50)
        let before = try query.integer("before", in: 1...Int64.max).map(JobID.init(rawValue:))
        let page = try await store.jobPage(matching: filter, before: before, limit: limit)
        return .json { json in
            json.object {
                $0.key("jobs")
                $0.array { for job in page.jobs { $0.value(job) } }
                $0.member("next", page.next.map { Self.next(filter, limit, $0) })
            }
        }
    }

    private static func next(_ filter: JobFilter, _ limit: Int, _ last: JobID) -> Link {
        var query = filter.states.map { (name: "state", value: $0.rawValue) }
        if let queue = filter.queue { query.append(("queue", queue)) }
        if let owner = filter.owner { query.append(("owner", owner.rawValue)) }
        if let name = filter.name { query.append(("name", name)) }
        for (label, value) in filter.labels.sorted(by: { $0.key < $1.key }) {
            query.append(("label", "\(label)=\(value)"))
        }
        if let text = filter.text { query.append(("q", text)) }
        query += [("limit", "\(limit)"), ("before", "\(last)")]
        return Link.jobs(query)
    }

    @Sendable private func show(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let job = try await store.job(for: context)
        let hints = await actions.hints(job)
        return .json { $0.value(job, hints: hints) }
    }

    @Sendable private func delete(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (job, who) = try await store.controlledJob(for: context, to: .stop)
        try await store.delete(job.id)
        await actions.removeFiles(job.id)
        context.audit("Job deleted", by: who, ["job": "\(job.id)"])
        return Response(status: .noContent)
    }
}

extension JobRequestContext {
    /// The job that the path names.
    ///
    /// - Throws: `job_not_found` also when it is no number, for then there can be
    ///   no such job.
    var jobID: JobID {
        get throws(JobError) {
            guard let text = parameters.get("id"), let number = Int64(text), number > 0 else {
                throw JobError(
                    .jobNotFound, "There is no job '\(parameters.get("id") ?? "")'.")
            }
            return JobID(rawValue: number)
        }
    }
}
