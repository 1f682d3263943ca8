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
        filter.queue = query.string("queue")
        filter.name = query.string("name")
        filter.labels = try query.labels()
        filter.text = query.string("q")
        filter.owner = try query.owner(seenBy: try context.requester)
        let limit = Int(try query.integer("limit", in: 1...1000) ?? 50)
        let before = try query.integer("before", in: 1...Int64.max).map(JobID.init(rawValue:))
        // One more than asked for tells whether there is a next page.
        let found = try await store.jobs(matching: filter, before: before, limit: limit + 1)
        let page = found.prefix(limit)
        let next = found.count > limit ? page.last.map { Self.next(filter, limit, $0.id) } : nil
        return .json { json in
            json.object {
                $0.key("jobs")
                $0.array { for job in page { $0.value(job) } }
                $0.member("next", next)
            }
        }
    }

    private static func next(_ filter: JobFilter, _ limit: Int, _ last: JobID) -> String {
        var parts = filter.states.map { "state=\($0.rawValue)" }
        if let queue = filter.queue { parts.append("queue=\(queue.percentEncoded)") }
        if let owner = filter.owner { parts.append("owner=\(owner.rawValue.percentEncoded)") }
        if let name = filter.name { parts.append("name=\(name.percentEncoded)") }
        for (label, value) in filter.labels.sorted(by: { $0.key < $1.key }) {
            parts.append("label=\("\(label)=\(value)".percentEncoded)")
        }
        if let text = filter.text { parts.append("q=\(text.percentEncoded)") }
        parts += ["limit=\(limit)", "before=\(last)"]
        return "\(LinkBase.path)/jobs?" + parts.joined(separator: "&")
    }

    @Sendable private func show(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let job = try await store.job(for: context)
        return .json { $0.value(job) }
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

extension String {
    /// As it may stand in a query (RFC 3986 §2.3: only unreserved characters).
    fileprivate var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            let scalar = UnicodeScalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~":
                encoded.unicodeScalars.append(scalar)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }
}
