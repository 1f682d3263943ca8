public import JobAPI

extension Client {
    /// All queues.
    public func queues() async throws -> Received<QueuesResource> {
        try await resource(ClientRequest(target: "/queues"))
    }

    /// One queue.
    public func queue(_ name: String) async throws -> Received<QueueResource> {
        try await resource(ClientRequest(target: Self.path(name)))
    }

    /// Changes a queue, or makes it.
    public func setQueue(
        _ name: String, _ update: QueueUpdate
    ) async throws -> Received<QueueResource> {
        let body = try update.encoded()
        return try await resource(
            ClientRequest(method: "PUT", target: Self.path(name), body: body))
    }

    /// Removes a queue that has no unfinished jobs.
    public func deleteQueue(_ name: String) async throws {
        _ = try await document(ClientRequest(method: "DELETE", target: Self.path(name)))
    }

    private static func path(_ name: String) -> String {
        "/queues/\(PercentEncoding.encode(name))"
    }
}
