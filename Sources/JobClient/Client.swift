/// A client for jobd that others can use: it submits jobs, follows their events and
/// their output across the loss of connection and daemon, and controls them.

import AsyncHTTPClient
import JobAPI
import NIOCore
import NIOHTTP1
import NIOSSL

/// A daemon's client.
///
/// Calls throw `ClientError`, or `CancellationError` when the calling task is
/// cancelled. A client must be shut down before it is let go; `with` does so.
public final class Client: Sendable {
    /// Where the daemon is.
    public let endpoint: Endpoint
    let options: ClientOptions
    private let token: String?
    private let http: HTTPClient

    /// A client that connects when the first call is made.
    ///
    /// - Parameters:
    ///   - endpoint: Where the daemon is.
    ///   - token: Sent as the bearer token, if there is one.
    ///   - options: How it deals with a daemon that does not answer.
    public init(endpoint: Endpoint, token: String? = nil, options: ClientOptions = .init()) {
        self.endpoint = endpoint
        self.token = token
        self.options = options
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(options.connectLimit), read: TimeAmount(options.silenceLimit)))
        // Whether to try again is decided here, by what is at stake.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Each stream holds a connection; none may wait for another to end.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        // A daemon that restarts resets what is idle; less is kept by asking anew.
        configuration.connectionPool.idleTimeout = .seconds(5)
        configuration.httpVersion = .http1Only
        if let authorities = options.authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(authorities)
            configuration.tlsConfiguration = tls
        }
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Ends all connections. Calls under way fail.
    public func shutdown() async throws {
        try await http.shutdown()
    }

    /// Runs `body` with a client that is shut down afterwards.
    public static func with<Result>(
        endpoint: Endpoint, token: String? = nil, options: ClientOptions = .init(),
        _ body: (Client) async throws -> Result
    ) async throws -> Result {
        let client = Client(endpoint: endpoint, token: token, options: options)
        do {
            let result = try await body(client)
            // What body made matters more than how its connections ended.
            try? await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// One request, up to the head of the answer.
    ///
    /// - Throws: `ClientError.unreachable`, `.interrupted` or `.notPermitted`, or
    ///   `CancellationError`.
    func send(_ request: ClientRequest) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: endpoint.url(request.target))
        message.method = .RAW(value: request.method)
        if case .unixSocket = endpoint.transport {
            // A socket has no host name, but HTTP/1.1 wants one.
            message.headers.add(name: "Host", value: "localhost")
        }
        message.headers.add(name: "Accept", value: request.accept)
        message.headers.add(name: "User-Agent", value: "jobd-client")
        if let token { message.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in request.headers { message.headers.add(name: name, value: value) }
        if request.method != "GET" {
            message.headers.add(name: "Content-Type", value: request.contentType)
        }
        if let body = request.body { message.body = .bytes(body) }
        do {
            return try await http.execute(message, timeout: TimeAmount(options.answerLimit))
        } catch {
            throw try translate(error)
        }
    }

    /// What a failure of the connection means to a caller.
    ///
    /// - Throws: `CancellationError` when the failure is that the task was
    ///   cancelled.
    func translate(_ error: any Error) throws -> ClientError {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
        if let error = error as? ClientError { return error }
        let failure = ConnectionFailure(error)
        if failure.isDenied { return .notPermitted(endpoint) }
        return failure.isUnderway
            ? .interrupted(endpoint, reason: failure.reason)
            : .unreachable(endpoint, reason: failure.reason)
    }

    /// The whole body of an answer.
    func body(of response: HTTPClientResponse) async throws -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: Self.largestDocument))
        } catch is NIOTooManyBytesError {
            throw ClientError.protocolViolation(
                "a document of more than \(Self.largestDocument) bytes")
        } catch {
            throw try translate(error)
        }
    }

    /// What an answer outside 2xx says.
    func problem(in response: HTTPClientResponse) async throws -> Problem {
        let bytes = try await body(of: response)
        let status = Int(response.status.code)
        let pause = Self.retryAfterSeconds(in: response.headers)
        let type = response.headers.first(name: "Content-Type") ?? ""
        if type.hasPrefix("application/problem+json") || type.hasPrefix("application/json") {
            // Anything else than a problem is somebody else's page: the status
            // then says what there is to say.
            if var problem = try? Problem(json: bytes) {
                problem.status = status
                problem.retryAfterSeconds = pause
                return problem
            }
        }
        var problem = Problem(
            status: status, title: "\(endpoint) answered \(status) \(response.status.reasonPhrase)")
        problem.retryAfterSeconds = pause
        return problem
    }

    /// RFC 9110 §10.2.3; a date in place of seconds is not what a daemon sends.
    private static func retryAfterSeconds(in headers: HTTPHeaders) -> Int? {
        guard let text = headers.first(name: "Retry-After"), let seconds = Int(text),
            (0...3600).contains(seconds)
        else { return nil }
        return seconds
    }

    /// One request and the whole document that answers it.
    func document(_ request: ClientRequest) async throws -> [UInt8] {
        let response = try await send(request)
        guard (200..<300).contains(response.status.code) else {
            throw ClientError.problem(try await problem(in: response))
        }
        return try await body(of: response)
    }

    /// One request and the resource that answers it.
    func resource<Value: WireResource>(
        _ request: ClientRequest, as type: Value.Type = Value.self
    ) async throws -> Received<Value> {
        let json = try await document(request)
        do {
            return Received(value: try Value(json: json), json: json)
        } catch {
            throw ClientError.protocolViolation("no \(Value.self) in \(request.target): \(error)")
        }
    }

    /// A page of a thousand jobs with all their labels is far smaller.
    private static let largestDocument = 64 << 20
}

extension TimeAmount {
    /// A NIO amount of a standard duration.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
    }
}
