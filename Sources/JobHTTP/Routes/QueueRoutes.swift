import Foundation
import HTTPTypes
import Hummingbird
import JobAPI
import JobModel
import JobStore

/// Listing, making, changing and removing queues.
struct QueueRoutes: Sendable {
    let store: Store

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/queues", [.get: list])
        router.endpoint("/queues/{name}", [.get: show, .put: set, .delete: remove])
    }

    @Sendable private func list(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try context.require(.read)
        let queues = try await store.queues()
        return .json { json in
            json.object {
                $0.key("queues")
                $0.array { for queue in queues { $0.value(queue) } }
            }
        }
    }

    @Sendable private func show(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        try context.require(.read)
        let name = context.queueName
        guard let queue = try await store.queue(name) else { throw Store.noQueue(name) }
        return .json { $0.value(queue) }
    }

    @Sendable private func set(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let who = try context.require(.admin)
        let name = context.queueName
        try Queue.checkName(name)
        let change = try QueueChange(json: try await request.json())
        let (queue, isNew) = try await store.setQueue(name, change)
        context.audit("Queue set", by: who, ["queue": "\(name)"])
        let headers: HTTPFields = isNew ? [.location: Link.queue(name).text] : [:]
        return .json(isNew ? .created : .ok, headers: headers) { $0.value(queue) }
    }

    @Sendable private func remove(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let who = try context.require(.admin)
        try await store.removeQueue(context.queueName)
        context.audit("Queue removed", by: who, ["queue": "\(context.queueName)"])
        return Response(status: .noContent)
    }
}

extension JobRequestContext {
    /// The queue that the path names.
    fileprivate var queueName: String {
        let text = parameters.get("name") ?? ""
        return text.removingPercentEncoding ?? text
    }
}
