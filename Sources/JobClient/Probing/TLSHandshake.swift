import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

#if canImport(FoundationEssentials)
    package import FoundationEssentials
#else
    package import Foundation
#endif

/// What a server does when a connection is to be encrypted, apart from any request.
package struct TLSHandshake: Sendable {
    /// Until when the server's certificate is good.
    package var expiresAt: Date
    /// What was agreed on to be spoken (RFC 7301), as `h2`; nil for nothing.
    package var spoken: String?

    /// What must be right about the server's certificate.
    package enum Verification: Sendable {
        /// Nothing.
        case nothing
        /// Who issued it.
        case issuer
        /// Who issued it, and the name in it.
        case issuerAndName
    }

    /// Shakes hands and hangs up.
    ///
    /// - Parameters:
    ///   - oldVersions: Whether to offer nothing newer than TLS 1.1, which nobody
    ///     should accept (RFC 8996).
    ///   - limit: How long it may take.
    /// - Throws: Why it does not come to that.
    package init(
        with endpoint: Endpoint, verifying verification: Verification, oldVersions: Bool = false,
        authorities: String? = nil, limit: Duration
    ) async throws(Probe.Failure) {
        let configuration = Self.configuration(
            verification, oldVersions: oldVersions, authorities: authorities)
        do {
            self = try await Self.shake(endpoint, configuration, limit)
        } catch {
            throw Probe.Failure(error)
        }
    }

    private static func configuration(
        _ verification: Verification, oldVersions: Bool, authorities: String?
    ) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let authorities { configuration.trustRoots = .file(authorities) }
        if oldVersions {
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = .tlsv11
        }
        switch verification {
        case .nothing: configuration.certificateVerification = .none
        case .issuer: configuration.certificateVerification = .noHostnameVerification
        case .issuerAndName: configuration.certificateVerification = .fullVerification
        }
        return configuration
    }

    private static func shake(
        _ endpoint: Endpoint, _ configuration: TLSConfiguration, _ limit: Duration
    ) async throws -> TLSHandshake {
        let context = try NIOSSLContext(configuration: configuration)
        // RFC 6066 §3: an address is no server name.
        let host = endpoint.host
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let done = loop.makePromise(of: TLSHandshake.self)
        let connecting = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(
                        context: context, serverHostname: isAddress ? nil : host)
                    try channel.pipeline.syncOperations.addHandler(tls)
                    try channel.pipeline.syncOperations.addHandler(
                        HandshakeObserver(done: done, limit: TimeAmount(limit)))
                }
            }
            .connect(host: host, port: endpoint.port ?? 443)
        // The observer has an answer whatever becomes of a connection.
        connecting.whenFailure { done.fail($0) }
        // That nobody was there is said by the promise.
        done.futureResult.whenComplete { _ in
            connecting.whenSuccess { $0.close(promise: nil) }
        }
        return try await done.futureResult.get()
    }

    private init(expiresAt: Date, spoken: String?) {
        self.expiresAt = expiresAt
        self.spoken = spoken
    }

    /// Waits for the end of a handshake on its connection.
    private final class HandshakeObserver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let done: EventLoopPromise<TLSHandshake>
        private let limit: TimeAmount
        private var timer: Scheduled<Void>?

        init(done: EventLoopPromise<TLSHandshake>, limit: TimeAmount) {
            self.done = done
            self.limit = limit
        }

        func handlerAdded(context: ChannelHandlerContext) {
            let done = done
            timer = context.eventLoop.scheduleTask(in: limit) {
                done.fail(ChannelError.connectTimeout(.zero))
            }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted(let spoken)? = event as? TLSUserEvent {
                timer?.cancel()
                let tls = try? context.pipeline.syncOperations.handler(
                    type: NIOSSLClientHandler.self)
                if let certificate = tls?.peerCertificate {
                    done.succeed(
                        TLSHandshake(
                            expiresAt: Date(
                                timeIntervalSince1970: Double(certificate.notValidAfter)),
                            spoken: spoken))
                } else {
                    done.fail(ChannelError.eof)
                }
            }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            done.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            timer?.cancel()
            done.fail(ChannelError.eof)
        }
    }
}
