import HTTPTypes
import Hummingbird
import HummingbirdCore
import JobAPI
import JobEvents
import JobModel
import JobStore
import JobTestSupport
import Logging
import NIOCore
import NIOEmbedded
import Synchronization

@testable import JobHTTP

/// All routes over a store of a test's own, without sockets: requests come from
/// whomever the test says.
final class RoutesFixture: Sendable {
    /// What a request led to.
    struct Answer: Equatable {
        var status: Int
        var body: String
    }

    let directory: TemporaryDirectory
    let store: Store
    let records = LogRecords()
    /// What has a path and a method.
    let routes: [(method: HTTPRequest.Method, path: String)]
    private let responder: any HTTPResponder<JobRequestContext>
    private let logger: Logger
    private let loop = NIOAsyncTestingEventLoop()

    init() async throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        let clock = Mutex(Timestamp(microseconds: 1_795_335_330_000_000))
        store = try Store(
            path: directory.database,
            now: {
                clock.withLock { time in
                    time = time + 1
                    return time
                }
            }, committed: { _ in })
        logger = Logger(label: "test") { [records] _ in RecordingLogHandler(records) }
        let log = EventLog(store: store)
        let registry = StreamRegistry(
            limit: 100, perClient: 100, book: try await TokenBook(store), now: store.now)
        let router = Router(context: JobRequestContext.self)
        router.add(middleware: ProblemMiddleware(denials: Denials(logger: logger)))
        HTTPServer.addRoutes(
            to: router, store: store, log: log,
            output: OutputLog(store: store, directory: StateDirectory(path: directory.path)),
            definitions: DefinitionRegistry([]),
            actions: JobActions(
                removeFiles: { _ in }, addInput: { bytes, _, _, _, _ in Int64(bytes.count) },
                prune: { _ in Pruned(jobs: 0, bytes: 0, isComplete: true) },
                refusalOfUser: { _ in nil }),
            streams: StreamResponse(registry: registry, stall: .seconds(30)),
            waiting: JobWaiting(
                store: store, log: log, registry: registry, stall: .seconds(30)))
        routes = router.routes.map { ($0.method, $0.path.description) }
        responder = router.buildResponder()
    }

    /// Sends a request as `principal`; nil for somebody unknown.
    func request(
        _ method: HTTPRequest.Method, _ path: String, as principal: Principal?,
        _ body: String = "", headers: HTTPFields = [:], from address: String = "127.0.0.1"
    ) async throws -> Response {
        var headers = headers
        if !body.isEmpty { headers[.contentType] = "application/json" }
        let request = Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: "localhost", path: path,
                headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
        let channel = NIOAsyncTestingChannel(loop: loop)
        let peer = IPAddress(address).map(Peer.network) ?? .unknown
        var context = Peer.$current.withValue(peer) {
            JobRequestContext(source: .init(channel: channel, logger: logger))
        }
        context.principal = principal
        return try await responder.respond(to: request, context: context)
    }

    /// Sends a request whose answer is no stream.
    func answer(
        _ method: HTTPRequest.Method, _ path: String, as principal: Principal?,
        _ body: String = "", headers: HTTPFields = [:]
    ) async throws -> Answer {
        let response = try await request(method, path, as: principal, body, headers: headers)
        let text = Text()
        try await response.body.write(TextWriter(text: text))
        return Answer(status: response.status.code, body: text.value.withLock { $0 })
    }

    /// Lets time pass for what is to happen later.
    func advanceTime(by amount: TimeAmount) async {
        await loop.advanceTime(by: amount)
    }

    /// A queued job of somebody.
    func submit(by owner: Identity, _ change: (inout JobSpec) -> Void = { _ in }) async throws
        -> Job
    {
        var spec = JobSpec(command: .shell("true"))
        change(&spec)
        return try await store.submit(spec, by: owner)
    }

    private final class Text: Sendable {
        let value = Mutex("")
    }

    private struct TextWriter: ResponseBodyWriter {
        let text: Text

        mutating func write(_ buffer: ByteBuffer) async throws {
            text.value.withLock { $0 += String(buffer: buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
