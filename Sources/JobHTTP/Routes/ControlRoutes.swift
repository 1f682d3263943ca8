import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore

/// What is asked of a job that is there: to change, to end, to stand still, to go
/// on, to run again, to take a signal or input.
struct ControlRoutes: Sendable {
    let store: Store
    let definitions: DefinitionRegistry
    let actions: JobActions

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/{id}/cancel", [.post: cancel])
        router.endpoint("/jobs/{id}/pause", [.post: { try await setPaused(true, $0, $1) }])
        router.endpoint("/jobs/{id}/resume", [.post: { try await setPaused(false, $0, $1) }])
        router.endpoint("/jobs/{id}/retry", [.post: retry])
        router.endpoint("/jobs/{id}/signal", [.post: signal])
        router.endpoint("/jobs/{id}/stdin", [.post: input])
        router.endpoint("/jobs/{id}/attempts", [.get: attempts])
    }

    @Sendable private func cancel(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(for: context, to: .stop)
        let order = try CancelRequest(json: try await request.json())
        let job = try await store.requestCancel(
            asked.id, signal: order.signal, grace: order.grace, by: who.identity)
        context.audit("Job cancelled", by: who, ["job": "\(job.id)"])
        return .json(job.state.isFinished ? .ok : .accepted) { $0.value(job) }
    }

    private func setPaused(
        _ isPaused: Bool, _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(
            for: context, to: isPaused ? .stop : .drive)
        try await request.expectNoFields()
        let job = try await store.setPaused(isPaused, asked.id, by: who.identity)
        if !isPaused, asked.state == .running { await actions.wake(job) }
        context.audit(isPaused ? "Job paused" : "Job resumed", by: who, ["job": "\(job.id)"])
        return .json { $0.value(job) }
    }

    @Sendable private func retry(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(for: context, to: .drive)
        try await request.expectNoFields()
        let job = try await store.retry(asked.id, by: who.identity)
        context.audit("Job run again", by: who, ["job": "\(job.id)"])
        return .json { $0.value(job) }
    }

    @Sendable private func signal(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(for: context, to: .drive)
        let order = try SignalRequest(json: try await request.json())
        let job = try await store.requestSignal(
            asked.id, order.signal, isForTree: order.isForTree, by: who.identity)
        context.audit(
            "Signal sent to job", by: who, ["job": "\(job.id)", "signal": "\(order.signal)"])
        return .json(.accepted) { $0.value(job) }
    }

    /// `PATCH /jobs/{id}`; its path is shared with showing and deleting.
    @Sendable func change(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(for: context, to: .change)
        let change = try JobChange(json: try await request.json())
        try who.checkMayMake(
            change, to: asked.spec,
            of: asked.spec.definition.flatMap { definitions.definition(named: $0.name) })
        let job = try await store.update(asked.id, change, by: who.identity)
        context.audit("Job changed", by: who, ["job": "\(job.id)"])
        return .json { $0.value(job) }
    }

    @Sendable private func input(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let (asked, who) = try await store.controlledJob(for: context, to: .drive)
        let query = QueryParameters(request)
        let isEnd = try query.flag("close")
        let offset = try query.integer("offset", in: 0...Int64.max)
        let bytes = try await request.bytes()
        let size = try await actions.addInput(bytes, asked.id, offset, isEnd, who.identity)
        let isClosed = try await store.isInputEnded(of: asked.id)
        // Not each piece: a stream has many.
        if isEnd {
            context.audit("Input of job closed", by: who, ["job": "\(asked.id)"])
        } else if size == bytes.count, size > 0 {
            context.audit("Input of job begun", by: who, ["job": "\(asked.id)"])
        }
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
