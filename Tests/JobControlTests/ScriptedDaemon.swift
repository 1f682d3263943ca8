import Foundation
import Glibc
import JobClient
import Synchronization
import Testing

/// A server on a Unix socket that answers as a test tells it to, one request after
/// the other.
final class ScriptedDaemon: Sendable {
    /// A request, as it came.
    struct Request: Sendable {
        var method: String
        /// Path and query.
        var target: String
        var body: String
        /// How many came before it.
        var number: Int

        /// In one line.
        var line: String {
            body.isEmpty ? "\(method) \(target)" : "\(method) \(target) \(body)"
        }
    }

    /// What is answered.
    struct Answer: Sendable {
        var status: String
        var body: String

        /// A document.
        static func ok(_ body: String) -> Answer { Answer(status: "200 OK", body: body) }

        /// A problem.
        static func problem(_ status: Int, _ detail: String, errors: String = "[]") -> Answer {
            Answer(
                status: "\(status) No",
                body:
                    #"{"status":\#(status),"title":"No","detail":"\#(detail)","errors":\#(errors)}"#
            )
        }
    }

    typealias Script = @Sendable (Request) -> Answer

    private let path: String
    private let descriptor: Int32
    private let recorded = Mutex<[Request]>([])

    /// What jobctl is given to find it.
    var options: [String] { ["--url", "unix:\(path)"] }
    /// What has been asked so far, a line each.
    var lines: [String] { recorded.withLock { $0.map(\.line) } }

    private init() throws {
        path = "\(NSTemporaryDirectory())/jobctl-\(UInt64.random(in: 0...(.max))).sock"
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        try #require(listen(descriptor, 16) == 0)
    }

    /// Runs `body` while requests are answered by `script`.
    static func with<Result>(
        _ script: @escaping Script, _ body: (ScriptedDaemon) async throws -> Result
    ) async throws -> Result {
        let daemon = try ScriptedDaemon()
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            daemon.serve(script)
            ended.signal()
        }
        defer {
            // What wakes up accept(2).
            shutdown(daemon.descriptor, Int32(SHUT_RDWR))
            ended.wait()
            close(daemon.descriptor)
            unlink(daemon.path)
        }
        return try await body(daemon)
    }

    /// Runs `body` with a client of such a daemon.
    static func withClient<Result>(
        _ script: @escaping Script, _ body: (Client, ScriptedDaemon) async throws -> Result
    ) async throws -> Result {
        try await with(script) { daemon in
            // However busy the machine is.
            let options = ClientOptions(
                connectLimit: .seconds(600), answerLimit: .seconds(600),
                silenceLimit: .seconds(600))
            let endpoint = Endpoint(socketPath: daemon.path)
            return try await Client.with(endpoint: endpoint, options: options) { client in
                try await body(client, daemon)
            }
        }
    }

    private func serve(_ script: Script) {
        while true {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return }
            if let request = receive(connection) {
                recorded.withLock { $0.append(request) }
                let answer = script(request)
                let text =
                    "HTTP/1.1 \(answer.status)\r\nContent-Type: application/json\r\n"
                    + "Connection: close\r\nContent-Length: \(answer.body.utf8.count)\r\n\r\n"
                    + answer.body
                _ = text.withCString {
                    send(connection, $0, strlen($0), Int32(MSG_NOSIGNAL))
                }
            }
            close(connection)
        }
    }

    private func receive(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(connection, &part, part.count)
            guard count > 0 else { return nil }
            bytes += part[..<count]
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { continue }
            let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
            let length = head.split(separator: "\r\n").lazy
                .filter { $0.lowercased().hasPrefix("content-length:") }
                .compactMap { Int($0.split(separator: " ").last ?? "") }.first
            guard bytes.count - end.upperBound >= length ?? 0 else { continue }
            let words = head.split(separator: " ", maxSplits: 2)
            return Request(
                method: String(words[0]), target: String(words[1]),
                body: String(decoding: bytes[end.upperBound...], as: UTF8.self),
                number: recorded.withLock { $0.count })
        }
    }
}
