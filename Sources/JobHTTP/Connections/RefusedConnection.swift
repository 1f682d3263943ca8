import JobAPI
import JobModel
import NIOCore

/// Ends a connection that is one too many, and says so where that can be said
/// without a handshake. Nothing is read: that would cost what there is too
/// little of.
final class RefusedConnection: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let isSecure: Bool

    init(isSecure: Bool) {
        self.isSecure = isSecure
    }

    func channelActive(context: ChannelHandlerContext) {
        if !isSecure {
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: nil)
        }
        context.close(promise: nil)
    }

    private static let answer: String = {
        var json = JSONWriter()
        json.value(
            problem: JobError(
                .unavailable,
                "There are too many connections. Try again later, or raise connection_limit."))
        return """
            HTTP/1.1 503 Service Unavailable\r
            Content-Type: application/problem+json\r
            Content-Length: \(json.bytes.count)\r
            Retry-After: 1\r
            Connection: close\r
            \r

            """ + String(decoding: json.bytes, as: UTF8.self)
    }()
}
