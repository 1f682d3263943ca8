import Testing
import JobClient
import NIOCore
import NIOPosix
import Synchronization

/// A server that answers as a test tells it to, byte for byte.
final class FakeDaemon: Sendable {
    /// A request, as it came.
    struct Request: Sendable {
        var method: String
        /// Path and query.
        var target: String
        /// By lowercased name.
        var headers: [String: String]
        var body: String
        /// How many came before it.
        var number: Int
    }

    /// Sends bytes of an answer.
    struct Reply: Sendable {
        let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>

        /// Sends these bytes. A client that has gone is no test's concern.
        func send(_ text: String) async {
            try? await writer.write(ByteBuffer(string: text))
        }

        /// Sends the head of a stream that ends with its connection.
        func stream() async {
            await send(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        }

        /// Sends a whole answer.
        func answer(
            _ status: String, type: String = "application/json", headers: [String] = [],
            _ body: String = ""
        ) async {
            let lines =
                [
                    "HTTP/1.1 \(status)", "Content-Type: \(type)", "Connection: close",
                    "Content-Length: \(body.utf8.count)",
                ] + headers
            await send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }
    }

    typealias Script = @Sendable (Request, Reply) async throws -> Void

    /// Where it listens.
    let endpoint: Endpoint
    private let recorded = Mutex<[Request]>([])

    private init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    /// What has been asked so far.
    var requests: [Request] { recorded.withLock { $0 } }

    /// Runs `body` while a server on a loopback port answers each request by
    /// `script` and then closes its connection.
    static func with<Result: Sendable>(
        script: @escaping Script,
        _ body: @Sendable @escaping (FakeDaemon) async throws -> Result
    ) async throws -> Result {
        try await with(address: .loopback, script: script, body)
    }

    /// Where to listen.
    enum Address: Sendable {
        case loopback
        case socket(String)
    }

    /// Runs `body` while a server at this address answers each request by
    /// `script` and then closes its connection.
    static func with<Result: Sendable>(
        address: Address, script: @escaping Script,
        _ body: @Sendable @escaping (FakeDaemon) async throws -> Result
    ) async throws -> Result {
        let bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        let initializer:
            @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
        let endpoint: Endpoint
        switch address {
        case .loopback:
            server = try await bootstrap.bind(
                host: "127.0.0.1", port: 0, childChannelInitializer: initializer)
            let port = server.channel.localAddress?.port ?? 0
            endpoint = try #require(Endpoint("http://127.0.0.1:\(port)"))
        case .socket(let path):
            server = try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true,
                childChannelInitializer: initializer)
            endpoint = Endpoint(socketPath: path)
        }
        let daemon = FakeDaemon(endpoint: endpoint)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.executeThenClose { connections in
                    try await withThrowingDiscardingTaskGroup { group in
                        for try await connection in connections {
                            group.addTask { await daemon.serve(connection, by: script) }
                        }
                        group.cancelAll()
                    }
                }
            }
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(daemon))
            } catch {
                result = .failure(error)
            }
            // Not by cancelling: a connection that was accepted and is dropped
            // before somebody serves it is a fatal error to NIO.
            try? await server.channel.close()
            _ = await group.nextResult()
            return try result.get()
        }
    }

    private func serve(
        _ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>, by script: Script
    ) async {
        // A connection that the client cut is part of what is tested.
        try? await connection.executeThenClose { inbound, outbound in
            var text = ""
            for try await part in inbound {
                text += String(buffer: part)
                guard let request = Self.parse(text, number: requests.count) else { continue }
                recorded.withLock { $0.append(request) }
                try await script(request, Reply(writer: outbound))
                return
            }
        }
    }

    /// The request, once it is there as a whole.
    private static func parse(_ text: String, number: Int) -> Request? {
        // In bytes, since CR LF is one character.
        let bytes = Array(text.utf8)
        let mark = Array("\r\n\r\n".utf8)
        guard
            let end = bytes.indices.first(where: { bytes[$0...].starts(with: mark) })
        else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(
                line[line.index(after: colon)...].drop { $0 == " " })
        }
        let body = bytes[(end + 4)...]
        guard body.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
        return Request(
            method: String(words[0]), target: String(words[1]), headers: headers,
            body: String(decoding: body, as: UTF8.self), number: number)
    }
}
