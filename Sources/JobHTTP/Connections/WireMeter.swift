import NIOCore

/// Tells the guard of a connection what comes in before the parser sees it: the
/// parser tells of no byte that means nothing, however many there are.
final class WireMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let requestGuard: RequestGuard

    init(_ requestGuard: RequestGuard) {
        self.requestGuard = requestGuard
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).readableBytesView
        requestGuard.willParse(bytes)
        let count = bytes.count
        context.fireChannelRead(data)
        requestGuard.hasParsed(count)
    }
}
