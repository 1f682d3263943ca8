import JobEvents
import NIOCore

/// Watches the connection of a stream: ends the stream when the client has gone,
/// and cuts the connection when a write makes no headway.
///
/// A client that reads slowly but steadily is not cut, however much it is
/// behind; one that reads nothing is, so that it costs no memory for long.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let listener: Listener
    private let stall: TimeAmount
    private(set) var isClientGone = false
    private var check: Scheduled<Void>?

    /// - Parameter stall: how long a write may make no headway.
    init(listener: Listener, stall: TimeAmount) {
        self.listener = listener
        self.stall = stall
    }

    func channelInactive(context: ChannelHandlerContext) {
        clientIsGone()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { clientIsGone() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        if !context.channel.isWritable { watch(context.channel, pending: pending(context.channel)) }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
    }

    private func clientIsGone() {
        isClientGone = true
        check?.cancel()
        listener.close()
    }

    private func watch(_ channel: any Channel, pending before: Int) {
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        check = channel.eventLoop.scheduleTask(in: stall) {
            let pending = bound.value.pending(channel)
            if pending >= before {
                channel.close(promise: nil)
            } else {
                bound.value.watch(channel, pending: pending)
            }
        }
    }

    /// How many bytes the kernel has not yet taken. Nothing is added meanwhile:
    /// the stream waits until the channel is writable again.
    private func pending(_ channel: any Channel) -> Int {
        // A channel that is closed has nothing pending, and no options either.
        (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
