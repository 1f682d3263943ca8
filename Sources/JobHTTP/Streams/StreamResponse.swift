import HTTPTypes
import Hummingbird
import JobEvents
import NIOCore

/// What all streams share: headers, the first bytes, running on the connection's
/// event loop, the end when the client goes or the daemon stops.
struct StreamResponse: Sendable {
    let registry: StreamRegistry
    /// How long a write may make no headway before the connection is cut.
    let stall: TimeAmount

    /// How much is written at once where a stream has a window of its own.
    private static let pieceBytes = 8 << 10

    /// Where a stream writes.
    typealias Sink = (_ bytes: [UInt8]) async throws -> Void

    /// A response that goes on until `body` returns.
    ///
    /// - Parameters:
    ///   - opening: what leaves at once, with the head.
    ///   - refusal: what is sent in place of it all when there are too many
    ///     streams; the status stays 200, since any other would stop an
    ///     EventSource for good (WHATWG HTML §9.2.3).
    ///   - body: writes until the stream ends; it sleeps on the listener.
    func response(
        _ context: JobRequestContext, contentType: String, opening: [UInt8], refusal: [UInt8],
        headers: HTTPFields = [:],
        body: @escaping @Sendable (Listener, Sink) async throws -> Void
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store, no-transform"
        headers[.accelBuffering] = "no"
        let (channel, connection) = (context.channel, context.connection)
        let responseBody = ResponseBody { writer in
            let listener = Listener()
            guard registry.admit(listener, context) else {
                try await writer.write(ByteBuffer(bytes: refusal))
                try await writer.finish(nil)
                // It would be kept for the next request, and there are too few.
                if connection === channel { channel.close(promise: nil) }
                return
            }
            defer { registry.remove(listener) }
            // Only this task uses it: changing executors is no sharing.
            nonisolated(unsafe) let own = writer
            try await withTaskExecutorPreference(LoopExecutor(channel.eventLoop)) {
                nonisolated(unsafe) var writer = own
                let watch = ConnectionWatch(
                    listener: listener, connection: connection, stall: stall)
                try channel.pipeline.syncOperations.addHandler(watch, position: .first)
                // An empty write sends the head of a stream without an opening.
                try await writer.write(ByteBuffer(bytes: opening))
                let sharesConnection = connection !== channel
                try await body(listener) { bytes in
                    var rest = ByteBuffer(bytes: bytes)
                    // A piece at a time, so that a client that widens its window
                    // little by little (RFC 9113 §5.2) is seen to make headway.
                    while sharesConnection, let piece = rest.readSlice(length: Self.pieceBytes) {
                        try await writer.write(piece)
                    }
                    try await writer.write(rest)
                }
                if watch.isClientGone { return }
                try await writer.finish(nil)
                channel.pipeline.syncOperations.removeHandler(watch, promise: nil)
            }
        }
        return Response(status: .ok, headers: headers, body: responseBody)
    }
}

extension HTTPField.Name {
    /// nginx: do not collect this response before passing it on.
    static let accelBuffering = known("X-Accel-Buffering")
    /// Where an EventSource stands in a stream (WHATWG HTML §9.2.4).
    static let lastEventID = known("Last-Event-ID")

    /// A name that is one.
    static func known(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("\(name) is a field name") }
        return name
    }
}
