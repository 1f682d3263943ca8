import HTTPTypes
import Hummingbird
import HummingbirdCore
package import JobEvents
package import JobStore
package import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// Serves the API on sockets that are already bound.
///
/// Binding is the daemon's business, so that a port that is taken or a socket
/// that systemd hands over are dealt with before anything else starts.
package final class HTTPServer: Service {
    /// What can be set.
    package struct Settings: Sendable {
        /// Origins whose pages may use the API.
        package var allowedOrigins: Set<String> = []
        /// Where the daemon listens, as it says itself.
        package var addresses: [String] = []
        /// How many streams may be open at once.
        package var streamLimit = 10_000
        /// Seconds a write may make no headway before its connection is cut.
        package var stallSeconds: Int64 = 30

        package init() {}
    }

    private let sockets: [CInt]
    private let responder: any HTTPResponder<JobRequestContext>
    private let registry: StreamRegistry
    private let requests = RequestMetrics()
    private let logger: Logger

    /// - Parameters:
    ///   - sockets: descriptors of listening sockets; this closes them.
    ///   - actions: what requests lead to beside the store.
    package init(
        sockets: [CInt], settings: Settings, store: Store, log: EventLog, output: OutputLog,
        actions: JobActions, logger: Logger
    ) {
        self.sockets = sockets
        self.logger = logger
        registry = StreamRegistry(limit: settings.streamLimit)
        let streams = StreamResponse(
            registry: registry, stall: .seconds(settings.stallSeconds))
        let router = Router(context: JobRequestContext.self)
        router.add(middleware: MetricsMiddleware(requests: requests))
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: AccessPolicy(allowedOrigins: settings.allowedOrigins))
        router.add(middleware: StandInAccess())
        StandInAccess.addSession(to: router)
        let submission = SubmissionRoutes(
            store: store,
            waiting: JobWaiting(
                store: store, log: log, registry: registry,
                stall: .seconds(settings.stallSeconds)))
        let control = ControlRoutes(store: store, actions: actions)
        submission.add(to: router)
        JobRoutes(store: store, actions: actions, submission: submission, control: control)
            .add(to: router)
        control.add(to: router)
        QueueRoutes(store: store).add(to: router)
        PruneRoutes(actions: actions).add(to: router)
        EventRoutes(store: store, log: log, streams: streams).add(to: router)
        OutputRoutes(store: store, output: output, streams: streams).add(to: router)
        HealthRoutes(store: store, addresses: settings.addresses).add(to: router)
        DashboardRoutes().add(to: router)
        OpenAPIRoutes().add(to: router)
        MetricsRoutes(store: store, requests: requests, registry: registry).add(to: router)
        responder = router.buildResponder()
    }

    /// Serves until the daemon is asked to stop: streams end, requests under way
    /// are answered.
    package func run() async throws {
        let registry = self.registry
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                for socket in sockets {
                    group.addTask { try await self.serve(socket) }
                }
            }
        } onGracefulShutdown: {
            registry.closeAll()
        }
    }

    private func serve(_ socket: CInt) async throws {
        let http = http1()
        let logger = self.logger
        let requests = self.requests
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let server = try await ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Out of descriptors, it must wait for some, not stop listening.
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptBackoffHandler(shouldForwardIOErrorCaught: false))
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket) { channel in
                http.setup(channel: channel, logger: logger).flatMapThrowing { connection in
                    try CloseDelimitedResponses.install(on: channel)
                    return connection
                }
            }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { connections in
                try await server.executeThenClose { inbound in
                    for try await connection in inbound {
                        connections.addTask {
                            await requests.connection {
                                await http.handle(value: connection, logger: logger)
                            }
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    private func http1() -> HTTP1Channel {
        let responder = self.responder
        let logger = self.logger
        var limits = HTTP1Channel.Configuration.DecoderConfiguration()
        limits.maxHeaderListSize = 64 << 10
        limits.maxHeaderFieldCount = 200
        return HTTP1Channel(
            responder: { request, writer, channel in
                let context = JobRequestContext(source: .init(channel: channel, logger: logger))
                var response = try await responder.respond(to: request, context: context)
                response.headers[.date] = HTTPDate.now()
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: .init(
                idleTimeout: .seconds(75), httpDecoderConfiguration: limits))
    }
}
