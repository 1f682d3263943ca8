import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Ends responses by closing the connection where they cannot be framed
/// otherwise: to a client that speaks HTTP/1.0 and knows no chunks (RFC 9112
/// §6.1), and to HEAD for a stream, whose length nobody knows.
final class CloseDelimitedResponses: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var isOldClient = false
    private var isHead = false
    private var closesAtEnd = false

    /// Adds it where requests still say their version.
    static func install(on channel: any Channel) throws {
        let operations = channel.pipeline.syncOperations
        let codec = try operations.handler(type: HTTP1ToHTTPServerCodec.self)
        try operations.addHandler(CloseDelimitedResponses(), position: .before(codec))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) {
            isOldClient = head.version.major == 1 && head.version.minor == 0
            isHead = head.method == .HEAD
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            let hasLength = head.headers.contains(name: "Content-Length")
            closesAtEnd = isOldClient || (isHead && !hasLength && head.status == .ok)
            guard closesAtEnd else { return context.write(data, promise: promise) }
            // The encoder chunks for HTTP/1.1 only.
            head.version = .http1_0
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end where closesAtEnd:
            let written = promise ?? context.eventLoop.makePromise()
            let channel = context.channel
            written.futureResult.whenComplete { _ in channel.close(promise: nil) }
            context.write(data, promise: written)
        case .end:
            context.write(data, promise: promise)
        }
    }
}
