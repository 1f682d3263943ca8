import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore

/// What is asked of a job that is there: to change, to end, to stand still, to go
/// on, to run again, to take a signal or input.
struct ControlRoutes: Sendable {
    let store: Store
    let actions: JobActions

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/{id}/cancel", [.post: cancel])
        router.endpoint("/jobs/{id}/pause", [.post: pause])
        router.endpoint("/jobs/{id}/resume", [.post: resume])
        router.endpoint("/jobs/{id}/retry", [.post: retry])
        router.endpoint("/jobs/{id}/signal", [.post: signal])
        router.endpoint("/jobs/{id}/stdin", [.post: input])
        router.endpoint("/jobs/{id}/attempts", [.get: attempts])
    }

    @Sendable private func cancel(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let order = try CancelRequest(json: try await request.json())
        let job = try await store.requestCancel(
            try context.jobID, signal: order.signal, grace: order.grace)
        return .json(job.state.isFinished ? .ok : .accepted) { $0.value(job) }
    }

    @Sendable private func pause(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try await request.expectNoFields()
        let job = try await store.setPaused(true, try context.jobID)
        return .json { $0.value(job) }
    }

    @Sendable private func resume(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try await request.expectNoFields()
        let job = try await store.setPaused(false, try context.jobID)
        return .json { $0.value(job) }
    }

    @Sendable private func retry(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try await request.expectNoFields()
        let job = try await store.retry(try context.jobID)
        return .json { $0.value(job) }
    }

    @Sendable private func signal(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let order = try SignalRequest(json: try await request.json())
        let job = try await store.requestSignal(
            try context.jobID, order.signal, isForTree: order.isForTree)
        return .json(.accepted) { $0.value(job) }
    }

    /// `PATCH /jobs/{id}`; its path is shared with showing and deleting.
    @Sendable func change(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let change = try JobChange(json: try await request.json())
        let job = try await store.update(try context.jobID, change)
        return .json { $0.value(job) }
    }

    @Sendable private func input(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let query = QueryParameters(request)
        let isEnd = try query.flag("close")
        let offset = try query.integer("offset", in: 0...Int64.max)
        let bytes = try await request.bytes()
        let id = try context.jobID
        let size = try await actions.addInput(bytes, id, offset, isEnd)
        let isClosed = try await store.isInputEnded(of: id)
        return .json { json in
            json.object {
                $0.member("size", size)
                $0.member("closed", isClosed)
            }
        }
    }

    @Sendable private func attempts(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let job = try await store.job(for: context)
        let attempts = try await store.attempts(of: job.id)
        return .json { json in
            json.object {
                $0.key("attempts")
                $0.array { for attempt in attempts { $0.value(attempt, of: job.id) } }
            }
        }
    }
}
