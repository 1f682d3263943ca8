import JobEvents
import NIOCore

/// Watches what carries a stream, a connection or one of the many of an HTTP/2
/// connection: ends the stream when the client has gone, and cuts what carries it
/// when a write makes no headway.
///
/// A client that reads slowly but steadily is not cut, however much it is
/// behind; one that reads nothing is, so that it costs no memory for long.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let listener: Listener
    private let connection: any Channel
    private let stall: TimeAmount
    private(set) var isClientGone = false
    private var check: Scheduled<Void>?

    /// - Parameters:
    ///   - connection: the connection itself, also where many streams share it.
    ///   - stall: how long a write may make no headway.
    init(listener: Listener, connection: any Channel, stall: TimeAmount) {
        self.listener = listener
        self.connection = connection
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
        if !context.channel.isWritable { watch(context.channel, pending: pending) }
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
            let pending = bound.value.pending
            if pending >= before {
                channel.close(promise: nil)
            } else {
                bound.value.watch(channel, pending: pending)
            }
        }
    }

    /// How many bytes the kernel has not yet taken. Nothing is added meanwhile:
    /// the stream waits until the channel is writable again. Where other streams
    /// share the connection, what they write counts too, and so does what they
    /// are rid of; one that waits for its client's window (RFC 9113 §5.2) has
    /// nothing pending there, and so no headway until it is writable again.
    private var pending: Int {
        // A channel that is closed has nothing pending, and no options either.
        (try? connection.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
