public import JobAPI

extension Client {
    /// Submits a job. It is durable once this returns.
    public func submit(_ submission: JobSubmission) async throws -> Received<JobResource> {
        let body = try submission.encoded()
        return try await resource(ClientRequest(method: "POST", target: "/jobs", body: body))
    }

    /// A job as it stands.
    public func job(_ id: Int64) async throws -> Received<JobResource> {
        try await resource(ClientRequest(target: "/jobs/\(id)"))
    }

    /// The first page of a listing.
    public func jobs(_ query: JobQuery = JobQuery()) async throws -> Received<JobPage> {
        try await resource(ClientRequest(target: PercentEncoding.url("/jobs", query.items)))
    }

    /// The page after another one; nil after the last.
    public func jobs(after page: JobPage) async throws -> Received<JobPage>? {
        guard let next = page.next else { return nil }
        guard next.hasPrefix("/") else {
            throw ClientError.protocolViolation("the next page is at \(next)")
        }
        return try await resource(ClientRequest(target: next))
    }

    /// Asks for a job's end. It may still be winding down when this returns.
    ///
    /// - Parameters:
    ///   - signal: What its processes are asked to end with, as `TERM`.
    ///   - graceSeconds: How long they have before they are killed.
    public func cancel(
        _ id: Int64, signal: String? = nil, graceSeconds: Double? = nil
    ) async throws -> Received<JobResource> {
        let body = try CancelRequest(signal: signal, graceSeconds: graceSeconds).encoded()
        return try await resource(
            ClientRequest(method: "POST", target: "/jobs/\(id)/cancel", body: body))
    }

    /// Removes a finished job with its events and output.
    public func delete(_ id: Int64) async throws {
        _ = try await document(ClientRequest(method: "DELETE", target: "/jobs/\(id)"))
    }

    /// Waits until a job is finished, however often the daemon goes away
    /// meanwhile.
    public func finishedJob(_ id: Int64) async throws -> Received<JobResource> {
        var failures = Reconnection(options: options)
        while true {
            do {
                let job = try await job(id)
                if job.value.state.isFinished { return job }
                failures.succeeded()
                for try await _ in events(ofJob: id, after: job.value.cursor) {}
            } catch let error as ClientError {
                try await failures.wait(after: error)
            }
        }
    }
}
