import JobAPI
import JobModel
import NIOCore
import NIOHTTP1

/// Watches over what an HTTP/1 connection asks: refuses what is malformed, too
/// large or too slow, with a problem as its body, and then takes nothing more
/// from that connection, whatever follows.
///
/// It sits behind the parser, whose errors it turns into answers, and before
/// everything else.
final class RequestGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What is being read.
    private enum Phase {
        /// Nothing of a request has come.
        case waiting
        case head
        case body
        /// Nothing is taken any more.
        case over
    }

    private let limits: ConnectionLimits
    private let deadline: Deadline
    private var context: ChannelHandlerContext?
    private var phase = Phase.waiting
    /// Requests that were passed on and are not answered.
    private var unanswered = 0
    /// Whether the answer to the first of them has begun.
    private var isAnswering = false
    /// What is answered once all before it is.
    private var refusal: JobError?
    /// Whether the request that is read is the connection's last.
    private var isLast = false
    private var isClosing = false
    /// Bytes since the head or the body began; more by what came in the same
    /// read before that.
    private var wireBytes = 0
    private var bodyBytes = 0
    /// How long the first line of the head is, as far as it has come.
    private var lineBytes = 0
    private var isLineOver = false

    init(_ channel: any Channel, limits: ConnectionLimits) {
        self.limits = limits
        deadline = Deadline(channel.eventLoop)
    }

    /// Adds it to the pipeline of a connection.
    static func install(on channel: any Channel, limits: ConnectionLimits) throws {
        let operations = channel.pipeline.syncOperations
        let decoder = try operations.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let requestGuard = RequestGuard(channel, limits: limits)
        try operations.addHandler(WireMeter(requestGuard), position: .before(decoder))
        try operations.addHandler(requestGuard, position: .after(decoder))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline.onExpiry = { [unowned self] in expire() }
        // The first request has to come in time; later ones may let themselves
        // be waited for.
        deadline.set(limits.head)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline.stop()
        self.context = nil
    }

    // MARK: Bytes

    /// Bytes have come.
    func willParse(_ bytes: ByteBufferView) {
        switch phase {
        case .waiting:
            // Some clients end a body with a line's end too many (RFC 9112 §2.2).
            let isBlank = bytes.allSatisfy { $0 == 0x0D || $0 == 0x0A }
            if isBlank { return }
            phase = .head
            lineBytes = 0
            isLineOver = false
            measureLine(bytes)
            deadline.set(limits.head)
        case .head: measureLine(bytes)
        case .body, .over: return
        }
    }

    private func measureLine(_ bytes: ByteBufferView) {
        if isLineOver { return }
        let end = bytes.firstIndex(of: 0x0A)
        lineBytes += (end ?? bytes.endIndex) - bytes.startIndex
        isLineOver = end != nil
    }

    /// The parser has seen `count` bytes that came.
    func hasParsed(_ count: Int) {
        wireBytes += count
        switch phase {
        case .waiting, .head:
            if wireBytes > ConnectionLimits.wireHead { refuse(tooLarge) }
        case .body:
            if wireBytes > ConnectionLimits.wireBodyOverhead + 8 * bodyBytes {
                failBody(RequestRules.malformed("There is too much around the body's chunks."))
            }
        case .over: return
        }
    }

    private var tooLarge: JobError {
        lineBytes <= ConnectionLimits.headerBytes
            ? RequestRules.headersTooLarge
            : JobError(.uriTooLong, "The URL is longer than \(ConnectionLimits.target >> 10) KiB.")
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .over = phase { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes):
            bodyBytes += bytes.readableBytes
            context.fireChannelRead(data)
        case .end:
            wireBytes = 0
            phase = isLast ? .over : .waiting
            deadline.cancel()
            // Nothing is done with trailers.
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        if let violation = RequestRules.violation(head) { return refuse(violation) }
        var head = head
        head.uri = RequestRules.originForm(of: head) ?? head.uri
        phase = .body
        wireBytes = 0
        bodyBytes = 0
        deadline.set(limits.body)
        unanswered += 1
        // The parser stops behind a request to upgrade, which is not granted.
        isLast = !head.isKeepAlive || head.headers.contains(name: "Upgrade")
        if head.headers.contains(name: "Expect"), head.version != .http1_0, unanswered == 1 {
            let go = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            if case .body = phase { return failBody(RequestRules.interrupted) }
            return context.fireErrorCaught(error)
        }
        let isTooLarge = error == .headerOverflow
        switch phase {
        case .waiting, .head:
            refuse(isTooLarge ? tooLarge : Self.unreadable)
        case .body: failBody(isTooLarge ? RequestRules.headersTooLarge : Self.unreadable)
        case .over: return
        }
    }

    private static let unreadable = RequestRules.malformed(
        "The request is not as RFC 9112 has it. Send HTTP/1.1.")

    // MARK: Giving up

    private func expire() {
        switch phase {
        case .waiting: context?.close(promise: nil)
        case .head: refuse(Self.tooSlow)
        case .body: failBody(Self.tooSlow)
        case .over: context?.close(promise: nil)
        }
    }

    private static let tooSlow = JobError(
        .requestTimeout, "The request took too long to arrive. Send it at once.")

    /// Answers that a request was not taken, after the answers to those before.
    private func refuse(_ error: JobError) {
        phase = .over
        if unanswered == 0 {
            answer(error)
        } else {
            deadline.cancel()
            refusal = error
        }
    }

    /// Lets the request whose body cannot be read fail; whoever reads it answers.
    private func failBody(_ error: JobError) {
        phase = .over
        if isAnswering, unanswered == 1 {
            context?.close(promise: nil)
            return
        }
        // Should nobody read it.
        deadline.set(limits.linger)
        context?.fireErrorCaught(error)
    }

    private func answer(_ error: JobError) {
        guard let context else { return }
        var json = JSONWriter()
        json.value(problem: error)
        let body = ByteBuffer(bytes: json.bytes)
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: error.code.status),
            headers: [
                "Content-Type": "application/problem+json",
                "Content-Length": "\(body.readableBytes)", "Cache-Control": "no-store",
                "Date": HTTPDate.now(), "Connection": "close",
            ])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        closeWhenRead(context)
    }

    /// Ends the answers, and waits a little for the client to have read them.
    private func closeWhenRead(_ context: ChannelHandlerContext) {
        isClosing = true
        phase = .over
        deadline.set(limits.linger)
        context.close(mode: .output, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isClosing, case ChannelEvent.inputClosed = event { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isClosing {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard head.status.code >= 200 else {
                return context.write(data, promise: promise)
            }
            isAnswering = true
            // Who is refused while the body still comes need not send the rest.
            if case .body = phase, unanswered == 1, head.status.code >= 400 { phase = .over }
            if case .over = phase, unanswered == 1, refusal == nil {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            isAnswering = false
            unanswered -= 1
            context.write(data, promise: promise)
            guard case .over = phase, unanswered == 0 else { return }
            context.flush()
            if let refusal { answer(refusal) } else { closeWhenRead(context) }
        }
    }
}
