import Crypto
import HTTPTypes
import Hummingbird
import JobAPI
import JobEvents
import JobModel
import JobStore
import NIOCore

/// Submitting jobs, one or many, once or repeatedly.
struct SubmissionRoutes: Sendable {
    let store: Store
    let definitions: DefinitionRegistry
    let waiting: JobWaiting
    let actions: JobActions

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/batch", [.post: submitBatch])
    }

    /// `POST /jobs`; its path is shared with the list.
    @Sendable func submit(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let who = try context.require(.submit)
        let query = QueryParameters(request)
        let patience = try query.seconds("wait", in: 0...3600)
        let body = try await request.json()
        let spec = try await definitions.reading(for: who) { offer throws(JobError) in
            try JobSpec(json: body, of: offer)
        }
        try who.checkMayRun(spec)
        try await checkUsers(of: [spec], isBatch: false)
        let submitted = try await store.submit(
            [Submission(spec)], asBatch: false, key: try Self.key(request, body),
            by: who.identity, seeingOnly: who.visibleOwner)
        guard var job = submitted.jobs.first else {
            throw JobError(.internalError, "A submission led to no job.")
        }
        if submitted.isNew { context.audit(submissionOf: [job], by: who) }
        if let patience { job = try await waiting.outcome(of: job, within: patience, context) }
        return .json(
            submitted.isNew ? .created : .ok,
            headers: [.location: Link.job(job.id).text]
        ) { $0.value(job) }
    }

    @Sendable private func submitBatch(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let who = try context.require(.submit)
        let body = try await request.json()
        let batch = try await definitions.reading(for: who) { offer throws(JobError) in
            try BatchRequest(json: body, of: offer)
        }
        for entry in batch.entries { try who.checkMayRun(entry.spec) }
        try await checkUsers(of: batch.entries.map(\.spec), isBatch: true)
        let submitted = try await store.submit(
            batch.entries.map { Submission($0.spec, after: $0.siblings) }, asBatch: true,
            key: try Self.key(request, body), by: who.identity, seeingOnly: who.visibleOwner)
        if submitted.isNew { context.audit(submissionOf: submitted.jobs, by: who) }
        return .json(submitted.isNew ? .created : .ok) { json in
            json.object {
                $0.key("jobs")
                $0.array { for job in submitted.jobs { $0.value(job) } }
            }
        }
    }

    /// What the header `Idempotency-Key` says, for this very request.
    private static func key(_ request: Request, _ body: [UInt8]) throws -> IdempotencyKey? {
        guard let name = HTTPField.Name("Idempotency-Key"), let key = request.headers[name] else {
            return nil
        }
        guard (1...255).contains(key.utf8.count) else {
            throw JobError(.invalidParameter, "An Idempotency-Key has 1 to 255 bytes.")
        }
        // The path too: a job is not a batch of the same bytes.
        var digest = SHA256()
        digest.update(data: Array(request.uri.path.utf8))
        digest.update(data: [0])
        digest.update(data: body)
        return IdempotencyKey(key: key, digest: Array(digest.finalize()))
    }
}
