import HTTPTypes
import Hummingbird
import HummingbirdCore
import JobAPI
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOSSL
import NIOTLS

/// Takes connections: counts them, encrypts them, agrees on a version of HTTP,
/// and hands what they ask to the routes.
struct Connections: Sendable {
    /// One that was accepted.
    enum Accepted: Sendable {
        /// There are too many.
        case refused
        case http1(HTTP1Channel.Value, Peer)
        /// The handshake decides which version it speaks.
        case secure(EventLoopFuture<Negotiated>, Peer)
    }

    /// One that is encrypted.
    enum Negotiated: Sendable {
        case http1(HTTP1Channel.Value)
        case http2(Streams)
    }

    /// The requests of an HTTP/2 connection.
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>

    private let counter: ConnectionCounter
    private let refused = RefusedConnection.Count()
    private let limits: ConnectionLimits
    private let certificates: Certificates?
    private let plain: HTTP1Channel
    private let secure: HTTP1Channel
    private let stream: HTTP1Channel
    private let logger: Logger

    init(
        responder: any HTTPResponder<JobRequestContext>, settings: HTTPServer.Settings,
        logger: Logger
    ) {
        self.logger = logger
        limits = ConnectionLimits(request: .milliseconds(settings.requestTimeoutMilliseconds))
        counter = ConnectionCounter(
            limit: settings.connectionLimit,
            perClient: min(settings.connectionsPerClient, settings.connectionLimit),
            proxies: settings.trustedProxies)
        certificates = settings.certificates
        let base = settings.basePath
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderListSize = ConnectionLimits.headerBytes
        decoder.maxHeaderFieldSize = ConnectionLimits.headerBytes
        decoder.maxHeaderFieldCount = ConnectionLimits.headerFields
        let configuration = HTTP1Channel.Configuration(
            idleTimeout: limits.idle, httpDecoderConfiguration: decoder)
        func channel(isSecure: Bool, isStream: Bool) -> HTTP1Channel {
            HTTP1Channel(
                responder: { request, writer, channel in
                    var context = JobRequestContext(source: .init(channel: channel, logger: logger))
                    context.isSecure = isSecure
                    if isStream, let connection = channel.parent { context.connection = connection }
                    var head = request.head
                    if let place = base.redirect(head) {
                        let response = Response(
                            status: .permanentRedirect, headers: [.location: place])
                        return try await writer.write(response: response.head, body: response.body)
                    }
                    head.path = head.path.map(base.strip)
                    let routed = Request(head: head, body: request.body)
                    var response = try await Link.$base.withValue(base.prefix) {
                        [context] in try await responder.respond(to: routed, context: context)
                    }
                    response.headers[.date] = HTTPDate.now()
                    // The body too: a stream writes links long after its head.
                    let body = response.body
                    let based = ResponseBody(contentLength: body.contentLength) { writer in
                        // Only this task uses it.
                        nonisolated(unsafe) let own = writer
                        try await Link.$base.withValue(base.prefix) { try await body.write(own) }
                    }
                    try await writer.write(response: response.head, body: based)
                },
                configuration: configuration)
        }
        plain = channel(isSecure: false, isStream: false)
        secure = channel(isSecure: true, isStream: false)
        stream = channel(isSecure: true, isStream: true)
    }

    // MARK: Setting up

    /// Prepares a connection that was accepted.
    func setUp(_ channel: any Channel, isSecure: Bool) -> EventLoopFuture<Accepted> {
        guard counter.admit(channel) else {
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    RefusedConnection(
                        isSecure: isSecure, linger: limits.linger, count: refused))
                return .refused
            }
        }
        guard isSecure, let certificates else {
            return setUp(plain, on: channel).flatMapThrowing {
                .http1($0, try Peer(channel))
            }
        }
        // Whoever does not get to an agreement in time is let go.
        let timeout = channel.eventLoop.scheduleTask(in: limits.head) {
            channel.close(promise: nil)
        }
        return channel.eventLoop.makeCompletedFuture {
            let operations = channel.pipeline.syncOperations
            try operations.addHandler(NIOSSLServerHandler(context: certificates.context))
            let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Negotiated> {
                result, channel in
                timeout.cancel()
                if case .negotiated("h2") = result {
                    return channel.eventLoop.makeCompletedFuture {
                        .http2(try setUpStreams(on: channel))
                    }
                }
                return setUp(secure, on: channel).map { .http1($0) }
            }
            try operations.addHandler(negotiation)
            return .secure(negotiation.protocolNegotiationResult, try Peer(channel))
        }
    }

    private func setUp(
        _ http: HTTP1Channel, on channel: any Channel
    ) -> EventLoopFuture<HTTP1Channel.Value> {
        let limits = self.limits
        return http.setup(channel: channel, logger: logger).flatMapThrowing { connection in
            try RequestGuard.install(on: channel, limits: limits)
            try CloseDelimitedResponses.install(on: channel)
            return connection
        }
    }

    private func setUpStreams(on channel: any Channel) throws -> Streams {
        let limits = self.limits
        let manager = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(
                maxIdleTime: limits.idle, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let streams = try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server, streamDelegate: manager.http2StreamDelegate,
            configuration: Self.http2
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTPServerCodec(), StreamGuard(stream, limits: limits),
                ])
                return try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
            }
        }
        try channel.pipeline.syncOperations.addHandlers([
            manager, ConnectionEnd(grace: .seconds(5)),
        ])
        return streams
    }

    /// What an HTTP/2 connection may do. Floods of resets, empty frames, pings,
    /// settings and CONTINUATION (RFC 9113 §10.5) end it; their numbers are the
    /// library's, tighter where a client of ours needs less.
    private static let http2: NIOHTTP2Handler.Configuration = {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            // More than a person opens tabs; each may be a stream that lasts.
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 256),
            HTTP2Setting(
                parameter: .maxHeaderListSize,
                value: ConnectionLimits.headerBytes + ConnectionLimits.target),
        ]
        configuration.connection.maximumBufferedControlFrames = 1000
        return configuration
    }()

    // MARK: Serving

    /// Serves a connection until it ends.
    func serve(_ accepted: Accepted) async {
        switch accepted {
        case .refused: return
        case .http1(let connection, let peer):
            await Peer.$current.withValue(peer) {
                await plain.handle(value: connection, logger: logger)
            }
        case .secure(let negotiation, let peer):
            await Peer.$current.withValue(peer) { await serve(negotiation) }
        }
    }

    private func serve(_ negotiation: EventLoopFuture<Negotiated>) async {
        do {
            switch try await negotiation.get() {
            case .http1(let connection): await secure.handle(value: connection, logger: logger)
            case .http2(let streams): try await serve(streams)
            }
        } catch {
            // A handshake that failed, or a client that broke the rules.
            logger.debug("Connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func serve(_ streams: Streams) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await stream in streams.inbound {
                group.addTask { await self.stream.handle(value: stream, logger: logger) }
            }
        }
    }
}
