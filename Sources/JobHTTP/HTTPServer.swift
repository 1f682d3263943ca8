import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import JobEvents
package import JobModel
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
        /// Names that the daemon is served under beside those of this machine to
        /// itself.
        package var allowedHosts: Set<String> = []
        /// Whether everybody on the network may do everything.
        package var isOpen = false
        /// The group whose members may use the Unix socket; nil: there is none.
        package var socketGroup: UInt32?
        /// What they may do.
        package var socketGroupRole = Role.submit
        /// How long a ticket is good, unless another time is asked for.
        package var ticketSeconds: Int64 = 3600
        /// Where the daemon listens, as it says itself.
        package var addresses: [String] = []
        /// How many streams may be open at once.
        package var streamLimit = 10_000
        /// Seconds a write may make no headway before its connection is cut.
        package var stallSeconds: Int64 = 30
        /// How many streams one client may have open, by who it is.
        package var streamsPerClient = 1000
        /// How many connections may be open at once.
        package var connectionLimit = 20_000
        /// How many of them one address of another machine may have: a building
        /// behind one address has room, and no address takes all.
        package var connectionsPerClient = 1024
        /// How long a handshake and the head of a request may take.
        package var requestTimeoutMilliseconds: Int64 = 20_000
        /// Proxies whose word is taken for who their client is.
        package var trustedProxies = TrustedProxies()
        /// Where a proxy serves the API under its host.
        package var basePath = BasePath()
        /// What TLS is spoken with; nil when it is not.
        package var certificates: Certificates?

        package init() {}
    }

    private let sockets: [ListeningSocket]
    private let connections: Connections
    private let registry: StreamRegistry
    private let requests = RequestMetrics()

    /// - Parameters:
    ///   - sockets: where it listens; this closes them.
    ///   - book: who may use it by a token.
    ///   - definitions: what may be started by name.
    ///   - actions: what requests lead to beside the store.
    package init(
        sockets: [ListeningSocket], settings: Settings, book: TokenBook, store: Store,
        log: EventLog, output: OutputLog, definitions: DefinitionRegistry, actions: JobActions,
        logger: Logger
    ) {
        self.sockets = sockets
        registry = StreamRegistry(
            // Some connections are for requests, however many streams there are.
            limit: min(settings.streamLimit, settings.connectionLimit * 3 / 4),
            perClient: settings.streamsPerClient, book: book, now: store.now)
        let access = Access(
            book: book,
            peers: PeerPolicy(
                ownUser: geteuid(), group: settings.socketGroup,
                groupRole: settings.socketGroupRole),
            codes: SignInCodes(now: store.now), failures: FailedSignIns(),
            isOpen: settings.isOpen, now: store.now)
        let streams = StreamResponse(
            registry: registry, stall: .seconds(settings.stallSeconds))
        let router = Router(context: JobRequestContext.self)
        router.add(middleware: MetricsMiddleware(requests: requests))
        router.add(middleware: ForwardedHeaders(proxies: settings.trustedProxies))
        router.add(middleware: CrossOrigin(allowedOrigins: settings.allowedOrigins))
        router.add(middleware: ProblemMiddleware(denials: Denials(logger: logger)))
        router.add(
            middleware: AccessPolicy(
                allowedOrigins: settings.allowedOrigins,
                hosts: ServedHosts(settings.allowedHosts)))
        router.add(middleware: Authentication(access: access))
        let waiting = JobWaiting(
            store: store, log: log, registry: registry, stall: .seconds(settings.stallSeconds))
        Self.addRoutes(
            to: router, store: store, log: log, output: output, definitions: definitions,
            actions: actions, streams: streams, waiting: waiting, addresses: settings.addresses)
        TokenRoutes(book: book, registry: registry, now: store.now).add(to: router)
        TicketRoutes(
            store: store, key: book.key, lifetime: settings.ticketSeconds * 1_000_000
        ).add(to: router)
        SessionRoutes(access: access).add(to: router)
        DashboardRoutes().add(to: router)
        OpenAPIRoutes().add(to: router)
        MetricsRoutes(store: store, requests: requests, registry: registry).add(to: router)
        connections = Connections(
            responder: router.buildResponder(), settings: settings, logger: logger)
    }

    /// All that is about jobs and queues, each with the role that it takes.
    static func addRoutes(
        to router: Router<JobRequestContext>, store: Store, log: EventLog, output: OutputLog,
        definitions: DefinitionRegistry, actions: JobActions, streams: StreamResponse,
        waiting: JobWaiting, addresses: [String] = []
    ) {
        let submission = SubmissionRoutes(
            store: store, definitions: definitions, waiting: waiting, actions: actions)
        let control = ControlRoutes(store: store, definitions: definitions, actions: actions)
        submission.add(to: router)
        JobRoutes(store: store, actions: actions, submission: submission, control: control)
            .add(to: router)
        control.add(to: router)
        DefinitionRoutes(definitions: definitions).add(to: router)
        QueueRoutes(store: store).add(to: router)
        PruneRoutes(actions: actions).add(to: router)
        EventRoutes(store: store, log: log, streams: streams).add(to: router)
        OutputRoutes(store: store, output: output, streams: streams).add(to: router)
        HealthRoutes(store: store, addresses: addresses, warnings: actions.warnings).add(to: router)
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

    private func serve(_ socket: ListeningSocket) async throws {
        let connections = self.connections
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
            .bind(socket.descriptor) { channel in
                connections.setUp(channel, isSecure: socket.isSecure)
            }
        try await withGracefulShutdownHandler {
            try await withThrowingDiscardingTaskGroup { group in
                try await server.executeThenClose { inbound in
                    for try await connection in inbound {
                        group.addTask {
                            await requests.connection { await connections.serve(connection) }
                        }
                    }
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }
}
