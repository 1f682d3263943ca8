public import JobAPI

extension Client {
    /// Submits a job. It is durable once this returns. When the answer is lost on
    /// its way, it is asked for again, which does not make a second job.
    ///
    /// - Parameter key: Tells one submission from another, 1 to 255 bytes; one of
    ///   its own for each call when there is none.
    public func submit(
        _ submission: JobSubmission, key: String? = nil
    ) async throws -> Received<JobResource> {
        let body = try submission.encoded()
        return try await repeated(Self.submission("/jobs", body: body, key: key))
    }

    /// Submits several jobs: all of them, or none. Otherwise as `submit`.
    public func submit(
        batch submissions: [JobSubmission], key: String? = nil
    ) async throws -> Received<BatchResource> {
        try await submit(batchJSON: BatchRequest(jobs: submissions).encoded(), key: key)
    }

    /// Submits the jobs of a document `{"jobs": […]}`: all of them, or none.
    /// Otherwise as `submit`.
    public func submit(
        batchJSON document: [UInt8], key: String? = nil
    ) async throws -> Received<BatchResource> {
        try await repeated(Self.submission("/jobs/batch", body: document, key: key))
    }

    private static func submission(
        _ target: String, body: [UInt8], key: String?
    ) -> ClientRequest {
        var request = ClientRequest(method: "POST", target: target, body: body)
        // 128 bits by chance are never the same twice.
        var generator = SystemRandomNumberGenerator()
        let key =
            key ?? "\(String(generator.next(), radix: 36))-\(String(generator.next(), radix: 36))"
        request.headers.append(("Idempotency-Key", key))
        return request
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
        return try await resource(ClientRequest(target: try endpoint.target(ofLink: next)))
    }

    /// Asks for a job's end. It may still be winding down when this returns.
    ///
    /// - Parameters:
    ///   - signal: What its processes are asked to end with, as `TERM`.
    ///   - graceSeconds: How long they have before they are killed.
    public func cancel(
        _ id: Int64, signal: String? = nil, graceSeconds: Double? = nil
    ) async throws -> Received<JobResource> {
        try await resource(Self.cancel(id, signal, graceSeconds))
    }

    /// The same, asked for until the daemon has heard it, for as long as
    /// `ClientOptions.reconnectLimit` allows: asking twice changes nothing.
    public func cancelPersistently(_ id: Int64) async throws -> Received<JobResource> {
        try await repeated(Self.cancel(id, nil, nil), isPersistent: true)
    }

    private static func cancel(
        _ id: Int64, _ signal: String?, _ graceSeconds: Double?
    ) throws -> ClientRequest {
        let body = try CancelRequest(signal: signal, graceSeconds: graceSeconds).encoded()
        return ClientRequest(method: "POST", target: "/jobs/\(id)/cancel", body: body)
    }

    /// Stops a running job with all its processes, to be continued. Pausing it
    /// twice changes nothing.
    public func pause(_ id: Int64) async throws -> Received<JobResource> {
        try await resource(ClientRequest(method: "POST", target: "/jobs/\(id)/pause"))
    }

    /// Continues a paused job. One that runs goes on as it does.
    public func resume(_ id: Int64) async throws -> Received<JobResource> {
        try await resource(ClientRequest(method: "POST", target: "/jobs/\(id)/resume"))
    }

    /// Runs a finished job once more, or one that waits for its next attempt now.
    public func retry(_ id: Int64) async throws -> Received<JobResource> {
        try await resource(ClientRequest(method: "POST", target: "/jobs/\(id)/retry"))
    }

    /// Sends a signal to a running job.
    ///
    /// - Parameters:
    ///   - signal: As `USR1`.
    ///   - toTree: Whether all its processes get it, and not its command only.
    public func signal(
        _ id: Int64, _ signal: String, toTree: Bool = false
    ) async throws -> Received<JobResource> {
        let body = try SignalRequest(signal: signal, tree: toTree).encoded()
        return try await resource(
            ClientRequest(method: "POST", target: "/jobs/\(id)/signal", body: body))
    }

    /// Changes a job that has not started.
    public func update(_ id: Int64, _ update: JobUpdate) async throws -> Received<JobResource> {
        let body = try update.encoded()
        return try await resource(
            ClientRequest(method: "PATCH", target: "/jobs/\(id)", body: body))
    }

    /// A job's attempts, the oldest first.
    public func attempts(ofJob id: Int64) async throws -> Received<AttemptsResource> {
        try await resource(ClientRequest(target: "/jobs/\(id)/attempts"))
    }

    /// Removes finished jobs with their events and output.
    ///
    /// A daemon answers after some seconds, also when there is more to remove:
    /// call again then.
    public func prune(_ query: PruneQuery = PruneQuery()) async throws -> Received<PruneResource> {
        let body = try query.encoded()
        return try await resource(ClientRequest(method: "POST", target: "/prune", body: body))
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
