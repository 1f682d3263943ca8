import NIOCore

/// Ends an HTTP/2 connection whose client breaks the rules, or does not leave when
/// the daemon stops: the library says so to the client, and leaves it at that.
final class ConnectionEnd: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let grace: TimeAmount
    private var timer: Scheduled<Void>?

    /// - Parameter grace: how long a client has for leaving.
    init(grace: TimeAmount) {
        self.grace = grace
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // GOAWAY has been sent where there was somebody to send it to.
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent, timer == nil {
            let channel = context.channel
            timer = channel.eventLoop.scheduleTask(in: grace) { channel.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }
}
