import JobAPI
import JobModel
import NIOCore
import Synchronization

/// Ends a connection that is one too many, and says so where that can be said
/// without a handshake.
///
/// The request is read for a moment and thrown away: data that nobody reads makes the
/// kernel reset the connection, and throw the answer away (RFC 9112 §9.6). That costs
/// what there is too little of, so it is done for few at a time.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How many linger at present.
    final class Count: Sendable {
        fileprivate let lingering = Atomic(0)
    }

    private let isSecure: Bool
    private let linger: TimeAmount
    private let count: Count
    private var read = 0

    /// - Parameters:
    ///   - linger: how long it is read.
    ///   - count: of those of one server.
    init(isSecure: Bool, linger: TimeAmount, count: Count) {
        self.isSecure = isSecure
        self.linger = linger
        self.count = count
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !isSecure else { return context.close(promise: nil) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: nil)
        let isOneTooMany =
            count.lingering.wrappingAdd(1, ordering: .relaxed).oldValue >= Self.most
        let count = self.count
        channel.closeFuture.whenComplete { _ in
            count.lingering.wrappingSubtract(1, ordering: .relaxed)
        }
        guard !isOneTooMany else { return context.close(promise: nil) }
        // What the client reads ends there, and then it closes by itself.
        context.close(mode: .output, promise: nil)
        let end = channel.eventLoop.scheduleTask(in: linger) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in end.cancel() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        read += unwrapInboundIn(data).readableBytes
        if read > Self.mostBytes { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private static let most = 32
    /// The head of a request and the largest body.
    private static let mostBytes = 2 << 20

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
