import HTTPTypes
import Hummingbird
import JobEvents
import JobModel
import Journal
import NIOCore
import TerminalText

/// What jobs have written, as a terminal would show it.
///
/// The lines that come last can only be told after the first have been read: for
/// `tail` the output is read twice, once to count, so that neither an output of
/// any size nor a long tail is kept in memory.
extension OutputRoutes {
    /// The lines that there are now.
    func plain(_ asked: Asked) throws -> Response {
        let end = try output.reader(of: asked.attempt)?.lastFrame()?.end ?? 0
        let output = self.output
        let body = ResponseBody { writer in
            func reading() throws -> PlainReading {
                PlainReading(
                    try output.reader(of: asked.attempt), asked.stream, upTo: end, isLive: false)
            }
            var skipper = LineSkipper(0)
            if let tail = asked.tail {
                var counted = try reading()
                skipper = LineSkipper(try await counted.countLines() - tail)
            }
            var lines = try reading()
            while let part = try lines.next() {
                let bytes = skipper.cut(part)
                if bytes.isEmpty {
                    await Task.yield()
                } else {
                    try await writer.write(ByteBuffer(bytes: bytes))
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: body)
    }

    /// Each line when it is finished, until the job ends.
    func followPlain(_ asked: Asked, _ context: JobRequestContext) throws -> Response {
        let output = self.output
        // A job that is finished has nothing to wait for, and reads as without
        // `follow`.
        let isLive = !asked.job.state.isFinished
        return streams.response(
            context, contentType: "text/plain; charset=utf-8", opening: [], refusal: []
        ) { listener, write in
            var skipper = LineSkipper(0)
            if let tail = asked.tail {
                let reader = try output.reader(of: asked.attempt)
                var counted = PlainReading(
                    reader, asked.stream, upTo: try reader?.lastFrame()?.end ?? 0, isLive: isLive)
                skipper = LineSkipper(try await counted.countLines() - tail)
            }
            var feed = output.feed(
                of: asked.job.id, from: OutputPosition(attempt: asked.attempt.number, offset: 0),
                follow: true, onlyAttempt: asked.isAttemptGiven, listener: listener)
            var attempt = asked.attempt.number
            var text = PlainText(isLive: isLive)
            while true {
                var lines: [UInt8] = []
                var isOver = false
                switch try await feed.next() {
                case .output(let records, let position):
                    if position.attempt != attempt {
                        text.finish(into: &lines)
                        text = PlainText(isLive: isLive)
                        attempt = position.attempt
                    }
                    for record in records {
                        record.payload.withUnsafeBytes {
                            text.take($0, of: record.frame.kind, asked.stream, into: &lines)
                        }
                    }
                case .beat: continue
                case .damaged:
                    text.finish(into: &lines)
                    try await write(Array(skipper.cut(lines)))
                    throw JournalError.broken
                case .ended:
                    text.finish(into: &lines)
                    isOver = true
                case .closed: return
                }
                let bytes = skipper.cut(lines)
                if !bytes.isEmpty { try await write(Array(bytes)) }
                if isOver { return }
                // The stream shares its thread with others.
                await Task.yield()
            }
        }
    }
}
