import AsyncHTTPClient
import JobAPI
import NIOHTTP1

extension Client {
    /// A job's events: those after `cursor`, or from the first, then live until
    /// the job ends.
    public func events(ofJob id: Int64, after cursor: Int64? = nil) -> JobEvents {
        JobEvents(
            client: self,
            subscription: EventSource.Subscription(
                target: { _ in "/jobs/\(id)/progress" }, hasEnd: true, cursorAfterReset: nil),
            cursor: cursor)
    }

    /// The events of all jobs that a query lets through, state and progress: those
    /// after `cursor` (0 for all that there are), or only what happens from now
    /// on.
    public func events(
        matching query: JobQuery = JobQuery(), after cursor: Int64? = nil
    ) -> JobEvents {
        let target = PercentEncoding.url("/events", query.items)
        return JobEvents(
            client: self,
            subscription: EventSource.Subscription(
                // Without a cursor this stream would begin with the present, and
                // leave out what a reset announced.
                target: { _ in target }, hasEnd: false, cursorAfterReset: "0"),
            cursor: cursor)
    }

    /// What a job writes, from the first byte of its newest attempt (or the last
    /// lines), until the job ends.
    ///
    /// - Parameter fromFirstAttempt: Whether to begin with the first attempt, and
    ///   not with the newest that there is when the daemon is asked. For a whole
    ///   without `attempt` and `tail`.
    public func followOutput(
        ofJob id: Int64, _ query: OutputQuery = OutputQuery(), fromFirstAttempt: Bool = false
    ) -> JobOutput {
        JobOutput(
            client: self,
            subscription: EventSource.Subscription(
                target: { cursor in
                    PercentEncoding.url(
                        "/jobs/\(id)/output", query.items(resuming: cursor != nil))
                }, hasEnd: true, cursorAfterReset: nil),
            // The place before all attempts; ids are `attempt:position`.
            cursor: fromFirstAttempt ? "0:0" : nil)
    }

    /// What a job has written so far, as it is.
    ///
    /// - Parameter offset: How many bytes to leave out at the beginning.
    public func output(
        ofJob id: Int64, _ query: OutputQuery = OutputQuery(), from offset: Int64 = 0
    ) async throws -> RawOutput {
        try await download(id, query.items(resuming: false), from: offset)
    }

    /// What a job has written so far, as a terminal would show it: lines of
    /// UTF-8, without escape sequences and what was overwritten.
    public func plainOutput(
        ofJob id: Int64, _ query: OutputQuery = OutputQuery()
    ) async throws -> RawOutput {
        try await download(id, query.items(resuming: false) + [("format", "plain")], from: 0)
    }

    private func download(
        _ id: Int64, _ items: [(String, String)], from offset: Int64
    ) async throws -> RawOutput {
        var request = ClientRequest(
            target: PercentEncoding.url("/jobs/\(id)/output", items),
            accept: "application/octet-stream, */*;q=0.5")
        if offset > 0 { request.headers.append(("Range", "bytes=\(offset)-")) }
        let response = try await send(request)
        switch response.status.code {
        case 200 where offset > 0:
            throw ClientError.protocolViolation("all of the output in place of a part")
        case 200, 206: return RawOutput(client: self, body: response.body)
        default: throw ClientError.problem(try await problem(in: response))
        }
    }
}
