import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Asks one thing and tells exactly what came of it: for a diagnosis, where an
/// answer that `Client` calls an error is as welcome as any other. Nothing is
/// repeated, and each request has a connection of its own.
package struct Probe: Sendable {
    /// An answer.
    package struct Answer: Sendable {
        /// The status code.
        package var status: Int
        /// The major version of HTTP that was spoken.
        package var version: Int
        /// By lowercased name; the first where one comes twice.
        package var headers: [String: String]
        /// As much of the body as was waited for.
        package var body: [UInt8]
    }

    /// Why there is none.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        /// In words that help.
        package var description: String
        /// Whether the operating system forbade it.
        package var isDenied: Bool
        /// Whether there was a connection, but not all of the answer.
        package var isUnderway: Bool

        /// What a failed connection failed by.
        init(_ error: any Error) {
            let failure = ConnectionFailure(error)
            description = failure.reason
            isDenied = failure.isDenied
            isUnderway = failure.isUnderway
        }
    }

    /// How much of an answer is waited for.
    package enum Extent: Sendable {
        /// All of it.
        case whole
        /// The head, and the first bytes of the body.
        case opening
    }

    /// Whom it asks.
    package let endpoint: Endpoint
    private let limit: Duration
    private let configuration: HTTPClient.Configuration

    /// - Parameters:
    ///   - limit: How long a connection, an answer, and the rest of an answer may
    ///     each take.
    ///   - authorities: As `ClientOptions.authorities`.
    ///   - verifies: Whether a server must prove who it is. Nothing secret is to be
    ///     sent to one that need not.
    package init(
        _ endpoint: Endpoint, limit: Duration, authorities: String? = nil, verifies: Bool = true
    ) {
        self.endpoint = endpoint
        self.limit = limit
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authorities { tls.trustRoots = .file(authorities) }
        if !verifies { tls.certificateVerification = .none }
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(limit), read: TimeAmount(limit)))
        // That nobody is there is to be said at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        self.configuration = configuration
    }

    /// Sends a request without a body.
    ///
    /// - Parameter headers: Sent as they are; `Host` takes the place of the
    ///   endpoint's own.
    package func ask(
        _ target: String, headers: [(String, String)] = [], extent: Extent = .whole
    ) async -> Result<Answer, Failure> {
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Answer, Failure>
        do {
            result = .success(try await answer(of: http, target, headers, extent))
        } catch {
            result = .failure(Failure(error))
        }
        // There is nothing left to be said about that connection, and one that came
        // to nothing may take its time to end.
        Task { try? await http.shutdown() }
        return result
    }

    private func answer(
        of http: HTTPClient, _ target: String, _ headers: [(String, String)], _ extent: Extent
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: endpoint.url(target))
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if case .unixSocket = endpoint.transport, !request.headers.contains(name: "Host") {
            request.headers.add(name: "Host", value: "localhost")
        }
        request.headers.add(name: "User-Agent", value: "jobd-client")
        let response = try await http.execute(request, timeout: TimeAmount(limit))
        var answer = Answer(
            status: Int(response.status.code), version: response.version.major, headers: [:],
            body: [])
        for (name, value) in response.headers where answer.headers[name.lowercased()] == nil {
            answer.headers[name.lowercased()] = value
        }
        switch extent {
        case .whole:
            answer.body = Array(buffer: try await response.body.collect(upTo: Self.largestBody))
        case .opening:
            var parts = response.body.makeAsyncIterator()
            if let part = try await parts.next(isolation: #isolation) {
                answer.body = Array(buffer: part)
            }
        }
        return answer
    }

    /// Listings of a thousand jobs are far smaller.
    private static let largestBody = 16 << 20
}
