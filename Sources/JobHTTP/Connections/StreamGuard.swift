import HTTPTypes
import JobModel
import NIOCore
import NIOHTTPTypes

/// Sees to it that the body of an HTTP/2 request arrives in time. Its head comes
/// as a whole, and what is malformed has been refused before.
final class StreamGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: ConnectionLimits
    private let deadline: Deadline
    private var isRead = false
    private var isAnswering = false

    init(_ channel: any Channel, limits: ConnectionLimits) {
        self.limits = limits
        deadline = Deadline(channel.eventLoop)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.stop()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            let channel = context.channel
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            deadline.onExpiry = { [unowned self] in
                if isAnswering { return channel.close(promise: nil) }
                bound.value.fireErrorCaught(
                    JobError(
                        .requestTimeout, "The request took too long to arrive. Send it at once."))
            }
            deadline.set(limits.body)
        case .body: break
        case .end:
            isRead = true
            deadline.cancel()
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(isRead || error is JobError ? error : RequestRules.interrupted)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        isAnswering = true
        context.write(data, promise: promise)
        // What is still to come of the request is read for a little while, and
        // then no more.
        if case .end = unwrapOutboundIn(data), !isRead { deadline.set(limits.linger) }
    }
}
