import HTTPTypes
import Hummingbird
import JobAPI
import JobEvents
import JobModel
import JobStore

/// The history as resumable streams and as pages: one job's and all jobs'.
struct EventRoutes: Sendable {
    let store: Store
    let log: EventLog
    let streams: StreamResponse

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/{id}/progress", [.get: progress])
        router.endpoint("/events", [.get: events])
    }

    // MARK: One job's

    @Sendable private func progress(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let asked = try StreamRequest(request)
        let job = try await store.job(for: context)
        let start = try await start(asked.cursor ?? .beginning, in: job)
        switch asked.form {
        case .page:
            return try await page(of: job, start, QueryParameters(request))
        case .stream(let encoding):
            if start.hasEnded { return Response(status: .noContent) }
            // Without a name there are no earlier runs, and after the end nothing.
            let isEstimated = job.spec.name != nil && !job.state.isFinished
            return stream(
                context, encoding, of: .job(job.id), after: start.cursor, isEstimated: isEstimated
            ) {
                start.isReset ? encoding.reset(job) : []
            }
        }
    }

    /// Where a stream begins.
    private struct Start {
        var cursor: EventID
        /// The client's own cursor means nothing here.
        var isReset = false
        /// The client has received the end.
        var hasEnded = false
    }

    private func start(_ cursor: EventID, in job: Job) async throws -> Start {
        if cursor == .beginning { return Start(cursor: cursor) }
        if try await store.newestEvent() < cursor {
            return Start(cursor: .beginning, isReset: true)
        }
        if try await store.wasPruned(job.id, after: cursor) {
            return Start(cursor: .beginning, isReset: true)
        }
        return Start(
            cursor: cursor, hasEnded: job.state.isFinished && cursor >= job.cursor)
    }

    private func page(
        of job: Job, _ start: Start, _ query: QueryParameters
    ) async throws -> Response {
        let limit = try Self.pageLimit(query)
        let events = try await store.events(of: job.id, after: start.cursor, limit: limit)
        var hasEnded = start.hasEnded
        if case .end = events.last?.content { hasEnded = true }
        let next = hasEnded ? nil : (events.last?.id ?? start.cursor)
        return Self.page(events, next: next, isReset: start.isReset)
    }

    // MARK: All jobs'

    @Sendable private func events(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let asked = try StreamRequest(request)
        let query = QueryParameters(request)
        var filter = EventFilter()
        filter.states = try query.states()
        filter.queue = try query.string("queue")
        filter.labels = try query.labels()
        filter.owner = try query.owner(seenBy: try context.requester)
        let newest = try await store.newestEvent()
        var cursor = asked.cursor ?? newest
        let isReset = cursor > newest
        if isReset { cursor = .beginning }
        switch asked.form {
        case .page:
            let limit = try Self.pageLimit(query)
            let page = try await store.eventPage(matching: filter, after: cursor, limit: limit)
            // Past what the filter left out too, as far as that was looked at.
            let next = page.lookedUpTo ?? max(newest, cursor, page.events.last?.id ?? cursor)
            return Self.page(page.events, next: next, isReset: isReset)
        case .stream(let encoding):
            return stream(context, encoding, of: .all(filter), after: cursor) {
                // A live stream tells where it begins, so that a client that is cut
                // before the first event resumes there.
                isReset ? encoding.reset(nil) : encoding.position(cursor)
            }
        }
    }

    // MARK: Both

    private func stream(
        _ context: JobRequestContext, _ encoding: EventEncoding, of scope: EventScope,
        after cursor: EventID, isEstimated: Bool = false, preamble: () -> [UInt8]
    ) -> Response {
        let log = self.log
        return streams.response(
            context, contentType: encoding.contentType,
            opening: encoding.opening(retryMilliseconds: 1000) + preamble(),
            refusal: encoding.refusal
        ) { listener, write in
            var feed = try await log.feed(
                of: scope, as: encoding, after: cursor, isEstimated: isEstimated,
                listener: listener)
            while true {
                switch try await feed.next() {
                case .frames(let frames, _, let ended):
                    try await write(frames)
                    if ended { return }
                case .beat:
                    try await write(encoding.keepAlive)
                case .closed:
                    return
                }
            }
        }
    }

    private static func pageLimit(_ query: QueryParameters) throws(JobError) -> Int {
        Int(try query.integer("limit", in: 1...10_000) ?? 500)
    }

    private static func page(_ events: [Event], next: EventID?, isReset: Bool) -> Response {
        .json { json in
            json.object {
                $0.key("events")
                $0.array { for event in events { $0.value(event) } }
                $0.member("next_after", next?.rawValue)
                if isReset { $0.member("reset", true) }
            }
        }
    }
}

extension EventEncoding {
    fileprivate func reset(_ job: Job?) -> [UInt8] {
        var bytes: [UInt8] = []
        appendReset(job, to: &bytes)
        return bytes
    }

    /// Sent when there are too many streams: come back in a while, and not all
    /// at the same moment.
    fileprivate var refusal: [UInt8] {
        opening(retryMilliseconds: Int.random(in: 20_000...40_000))
    }
}
