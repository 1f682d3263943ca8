import HTTPTypes
import Hummingbird
import JobAPI
import JobEvents
import JobModel
import JobStore
import Journal
import NIOCore

/// What jobs have written: raw, in part, followed, as a resumable stream, or as
/// a terminal would show it.
struct OutputRoutes: Sendable {
    let store: Store
    let output: OutputLog
    let streams: StreamResponse

    func add(to router: Router<JobRequestContext>) {
        router.endpoint("/jobs/{id}/output", [.get: get])
    }

    /// What somebody asks for.
    struct Asked {
        /// Whose output it is.
        let job: Job
        /// The attempt whose output it is; 0 when there has been none.
        let attempt: AttemptID
        /// Whether it stays with that attempt.
        let isAttemptGiven: Bool
        /// Which of its streams; nil for both.
        let stream: JournalStream?
        /// How many lines from the end.
        let tail: Int?
    }

    private enum StreamName: String, CaseIterable {
        case stdout, stderr
    }

    private enum Format: String, CaseIterable {
        /// Byte for byte.
        case raw
        /// Without escape sequences and what was overwritten.
        case plain
    }

    @Sendable private func get(
        _ request: Request, _ context: JobRequestContext
    ) async throws -> Response {
        let query = QueryParameters(request)
        let job = try await store.job(for: context)
        let number = try query.integer("attempt", in: 1...Int64.max).map { Int($0) }
        if let number, number > job.attempt {
            throw JobError(.outputNotFound, "Job \(job.id) has had no attempt \(number).")
        }
        let stream: JournalStream? =
            switch try query.choice("stream", of: StreamName.self) {
            case .stdout: .stdout
            case .stderr: .stderr
            case nil: nil
            }
        let asked = Asked(
            job: job, attempt: AttemptID(job: job.id, number: number ?? job.attempt),
            isAttemptGiven: number != nil, stream: stream,
            tail: try query.integer("tail", in: 0...10_000_000).map { Int($0) })
        let isPlain = try query.choice("format", of: Format.self) == .plain
        if request.headers[.accept]?.contains("text/event-stream") == true {
            // A plain line comes of many frames of the journal, or of parts of
            // some: no place in it could be the id to go on from.
            if isPlain {
                throw QueryParameters.invalid(
                    "format",
                    "must not be plain for text/event-stream, whose ids are places in the raw"
                        + " output; ask for text/plain with follow=1")
            }
            return try events(asked, request, query, context)
        }
        let follows = try query.integer("follow", in: 0...1) == 1
        return switch (isPlain, follows) {
        case (true, true): try followPlain(asked, context)
        case (true, false): try plain(asked)
        case (false, true): try follow(asked, context)
        case (false, false): try raw(asked, request, context)
        }
    }

    // MARK: Raw

    private func raw(
        _ asked: Asked, _ request: Request, _ context: JobRequestContext
    ) throws -> Response {
        var headers: HTTPFields = [
            .contentType: "text/plain; charset=utf-8", .acceptRanges: "bytes",
            .cacheControl: "no-store",
        ]
        guard let reader = try output.reader(of: asked.attempt) else {
            return Response(status: .ok, headers: headers)
        }
        let size =
            try asked.stream.map { try reader.outputBytes(of: $0) } ?? reader.outputBytes()
        var status = HTTPResponse.Status.ok
        var start = JournalLocation(offset: 0, skip: 0, position: 0)
        var count = size
        if let tail = asked.tail {
            start = try reader.tail(lines: tail, stream: asked.stream)
            count = try reader.outputBytes(from: start, of: asked.stream)
        } else {
            switch ByteRange(request.headers[.range], size: size) {
            case .whole: break
            case .part(let range):
                status = .partialContent
                headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
                start = try reader.locate(range.lowerBound, stream: asked.stream)
                count = UInt64(range.count)
            case .unsatisfiable:
                return .problem(
                    JobError(.rangeNotSatisfiable, "The output has \(size) bytes."),
                    headers: [.contentRange: "bytes */\(size)"])
            }
        }
        let (output, origin, length) = (self.output, start, count)
        let body = ResponseBody(contentLength: Int(length)) { writer in
            var rest = Int(length)
            let cutter = OutputCutter(origin, asked.stream)
            let position = OutputPosition(attempt: asked.attempt.number, offset: origin.offset)
            var feed = output.feed(
                of: asked.job.id, from: position, follow: false, onlyAttempt: true,
                listener: Listener())
            while rest > 0, case .output(let records, _) = try await feed.next() {
                // What was written since the length was announced is left out.
                let bytes = cutter.bytes(of: records).prefix(rest)
                rest -= bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            // Fewer bytes than were announced: only a connection that is cut tells.
            if rest > 0 { throw JournalError.broken }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    // MARK: Followed

    private func follow(_ asked: Asked, _ context: JobRequestContext) throws -> Response {
        let start = try self.start(asked)
        let output = self.output
        return streams.response(
            context, contentType: "text/plain; charset=utf-8", opening: [], refusal: []
        ) { listener, write in
            let cutter = OutputCutter(start, asked.stream)
            let position = OutputPosition(attempt: asked.attempt.number, offset: start.offset)
            var feed = output.feed(
                of: asked.job.id, from: position, follow: true,
                onlyAttempt: asked.isAttemptGiven, listener: listener)
            while true {
                switch try await feed.next() {
                case .output(let records, _):
                    let bytes = cutter.bytes(of: records)
                    if !bytes.isEmpty { try await write(bytes) }
                case .beat: continue
                case .damaged: throw JournalError.broken
                case .ended, .closed: return
                }
            }
        }
    }

    private func start(_ asked: Asked) throws -> JournalLocation {
        guard let tail = asked.tail, let reader = try output.reader(of: asked.attempt) else {
            return JournalLocation(offset: 0, skip: 0, position: 0)
        }
        return try reader.tail(lines: tail, stream: asked.stream)
    }

    // MARK: As events

    private func events(
        _ asked: Asked, _ request: Request, _ query: QueryParameters, _ context: JobRequestContext
    ) throws -> Response {
        var start = try self.start(asked)
        var attempt = asked.attempt.number
        var opening = Array("retry: 1000\n\n".utf8)
        if let cursor = try Self.cursor(request, query) {
            switch try resume(cursor, asked.job) {
            case .here:
                attempt = cursor.attempt
                start = JournalLocation(offset: cursor.offset, skip: 0, position: 0)
            case .next:
                attempt = cursor.attempt + 1
                start = JournalLocation(offset: 0, skip: 0, position: 0)
            case .ended:
                return Response(status: .noContent)
            case .unknown:
                EventEncoding.serverSentEvents.appendReset(asked.job, to: &opening)
                start = JournalLocation(offset: 0, skip: 0, position: 0)
            }
        }
        let (output, origin) = (self.output, start)
        let position = OutputPosition(attempt: attempt, offset: start.offset)
        return streams.response(
            context, contentType: "text/event-stream", opening: opening,
            refusal: Array("retry: \(Int.random(in: 20_000...40_000))\n\n".utf8)
        ) { listener, write in
            let cutter = OutputCutter(origin, asked.stream)
            var encoding = OutputEncoding(attempt: position.attempt)
            var feed = output.feed(
                of: asked.job.id, from: position, follow: true,
                onlyAttempt: asked.isAttemptGiven, listener: listener)
            while true {
                switch try await feed.next() {
                case .output(let records, let position):
                    encoding.attempt = position.attempt
                    let bytes = encoding.encode(records, cutter)
                    if !bytes.isEmpty { try await write(bytes) }
                case .ended(let job, let position):
                    try await write(encoding.end(job, position))
                    return
                case .damaged(let position):
                    try await write(encoding.damage(position))
                case .beat:
                    try await write(EventEncoding.serverSentEvents.keepAlive)
                case .closed:
                    return
                }
            }
        }
    }

    /// What a cursor means now.
    private enum Resumption {
        /// It is a place in an attempt's journal.
        case here
        /// Its attempt has ended, and another has followed.
        case next
        /// The end has been received.
        case ended
        case unknown
    }

    private func resume(_ cursor: OutputPosition, _ job: Job) throws -> Resumption {
        let attempt = AttemptID(job: job.id, number: cursor.attempt)
        guard cursor.attempt <= job.attempt else { return .unknown }
        let isOver = job.state.isFinished || cursor.attempt < job.attempt
        if isOver, cursor == (try output.end(of: attempt)) {
            return cursor.attempt < job.attempt ? .next : .ended
        }
        if cursor.offset == 0 { return .here }
        guard let reader = try output.reader(of: attempt),
            try reader.isFrameBoundary(cursor.offset)
        else { return .unknown }
        return .here
    }

    /// - Throws: `malformed_request` for a position that is none.
    private static func cursor(
        _ request: Request, _ query: QueryParameters
    ) throws(JobError) -> OutputPosition? {
        let header = request.headers[.lastEventID]
        guard let text = header?.isEmpty == false ? header : try query.string("after") else {
            return nil
        }
        guard let position = OutputPosition(text) else {
            throw JobError(
                .malformedRequest,
                "An output position is written attempt:position, such as 1:2048, not '\(text)'.")
        }
        return position
    }
}
