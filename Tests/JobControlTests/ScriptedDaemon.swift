import Foundation
import Glibc
import JobClient
import Synchronization
import Testing

/// A server on a Unix socket, or a port, that answers as a test tells it to, one request after
/// the other.
final class ScriptedDaemon: Sendable {
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

        /// In one line.
        var line: String {
            body.isEmpty ? "\(method) \(target)" : "\(method) \(target) \(body)"
        }
    }

    /// What is answered.
    struct Answer: Sendable {
        var status: String
        var headers: [String] = []
        var body: String

        /// A document.
        static func ok(_ body: String) -> Answer { Answer(status: "200 OK", body: body) }

        /// A problem.
        /// - Parameter code: the daemon's word for it; nil: that of somebody in between.
        static func problem(
            _ status: Int, _ detail: String, code: String? = nil, errors: String = "[]"
        ) -> Answer {
            let code = code.map { #""code":"\#($0)","# } ?? ""
            return Answer(
                status: "\(status) No",
                body: #"{"status":\#(status),"title":"No",\#(code)"detail":"\#(detail)","#
                    + #""errors":\#(errors)}"#)
        }
    }

    typealias Script = @Sendable (Request) -> Answer

    private let path: String?
    private let port: UInt16
    private let descriptor: Int32
    private let recorded = Mutex<[Request]>([])

    /// What jobctl is given to find it.
    var options: [String] { ["--url", url] }
    /// Where it is.
    var url: String { path.map { "unix:\($0)" } ?? "http://127.0.0.1:\(port)" }
    /// What has been asked so far, a line each.
    var lines: [String] { recorded.withLock { $0.map(\.line) } }

    private init(onPort: Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        self.descriptor = descriptor
        path = nil
        port = UInt16(bigEndian: address.sin_port)
    }

    private init() throws {
        port = 0
        let path = "\(NSTemporaryDirectory())/jobctl-\(UInt64.random(in: 0...(.max))).sock"
        self.path = path
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

    /// Runs `body` while requests are answered by `script`, on a Unix socket unless
    /// a port is asked for.
    static func with<Result>(
        onPort: Bool = false, _ script: @escaping Script,
        _ body: (ScriptedDaemon) async throws -> Result
    ) async throws -> Result {
        let daemon = try onPort ? ScriptedDaemon(onPort: ()) : ScriptedDaemon()
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
            if let path = daemon.path { unlink(path) }
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
            let endpoint = try #require(Endpoint(daemon.url))
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
                    "HTTP/1.1 \(answer.status)\r\n"
                    + (answer.headers.isEmpty
                        ? "Content-Type: application/json\r\n"
                        : answer.headers.map { "\($0)\r\n" }.joined())
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
            var headers: [String: String] = [:]
            for line in head.split(separator: "\r\n").dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = String(
                    line[line.index(after: colon)...].drop { $0 == " " })
            }
            return Request(
                method: String(words[0]), target: String(words[1]), headers: headers,
                body: String(decoding: bytes[end.upperBound...], as: UTF8.self),
                number: recorded.withLock { $0.count })
        }
    }
}
