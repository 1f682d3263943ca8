import Foundation
import Glibc

/// A connection that speaks HTTP/1.1 byte by byte, so that a test sees exactly
/// what the daemon sends, and can stop in the middle of it. It blocks.
package final class TestConnection {
    /// Why a test could not go on.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// An answer's head.
    package struct Head {
        package let status: Int
        /// Names in lower case.
        package let headers: [String: String]
    }

    private let descriptor: CInt
    private var buffered: [UInt8] = []
    /// What is left of the present chunk; nil when the body is not chunked.
    private var chunkRest: Int?
    private var isBodyOver = false
    /// How long a read may wait before the test fails.
    private let patienceSeconds: Int

    /// Connects to `http://127.0.0.1:PORT` or `unix:/path`.
    package init(_ address: String, patienceSeconds: Int = 30, receiveBuffer: CInt? = nil) throws {
        self.patienceSeconds = patienceSeconds
        var connected: CInt
        if address.hasPrefix("unix:") {
            var unix = sockaddr_un()
            unix.sun_family = sa_family_t(AF_UNIX)
            let path = Array(address.dropFirst(5).utf8)
            withUnsafeMutableBytes(of: &unix.sun_path) { $0.copyBytes(from: path) }
            descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            connected = withUnsafePointer(to: &unix) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        } else {
            let port = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
            var inet = sockaddr_in()
            inet.sin_family = sa_family_t(AF_INET)
            inet.sin_port = port.bigEndian
            inet.sin_addr.s_addr = inet_addr("127.0.0.1")
            descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if var receiveBuffer {
                setsockopt(
                    descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer,
                    socklen_t(MemoryLayout<CInt>.size))
            }
            connected = withUnsafePointer(to: &inet) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard connected == 0 else {
            // What is thrown here runs deinit, which closes the descriptor.
            let code = errno
            throw Failure(description: "connect: \(String(cString: strerror(code)))")
        }
    }

    deinit {
        close(descriptor)
    }

    // MARK: Sending

    /// Sends a request with what HTTP demands of one.
    package func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: [UInt8] = []
    ) throws {
        var head = "\(method) \(path) HTTP/1.1\r\n"
        if headers["Host"] == nil { head += "Host: localhost\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + body)
    }

    /// Sends bytes as they are.
    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    // MARK: Receiving

    /// Reads an answer's head.
    package func head() throws -> Head {
        let lines = try readHead()
        guard let first = lines.first, let status = Int(first.split(separator: " ")[1]) else {
            throw Failure(description: "not an answer: \(lines)")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        let isChunked = headers["transfer-encoding"]?.lowercased() == "chunked"
        chunkRest = isChunked ? 0 : nil
        isBodyOver = false
        return Head(status: status, headers: headers)
    }

    /// Reads a body to its end.
    package func body(_ head: Head) throws -> [UInt8] {
        if let length = head.headers["content-length"].flatMap({ Int($0) }) {
            while buffered.count < length { try fill() }
            defer { buffered.removeFirst(length) }
            return Array(buffered[..<length])
        }
        var body: [UInt8] = []
        while let piece = try piece() { body += piece }
        return body
    }

    /// The next bytes of a chunked body, as they come; nil at its end.
    package func piece() throws -> [UInt8]? {
        guard let rest = chunkRest, !isBodyOver else { return nil }
        if rest == 0 {
            let size = try line()
            let length = Int(size, radix: 16) ?? 0
            if length == 0 {
                _ = try line()
                isBodyOver = true
                return nil
            }
            chunkRest = length
            return try piece()
        }
        if buffered.isEmpty { try fill() }
        let count = min(rest, buffered.count)
        let piece = Array(buffered[..<count])
        buffered.removeFirst(count)
        chunkRest = rest - count
        if chunkRest == 0 { _ = try line() }
        return piece
    }

    private func readHead() throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try line()
            if line.isEmpty { return lines }
            lines.append(line)
        }
    }

    private func line() throws -> String {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffered[..<end].filter { $0 != UInt8(ascii: "\r") }
                buffered.removeFirst(end + 1)
                return String(decoding: line, as: UTF8.self)
            }
            try fill()
        }
    }

    private func fill() throws {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, CInt(patienceSeconds * 1000)) > 0 else {
            throw Failure(description: "nothing came for \(patienceSeconds) s")
        }
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &room, room.count, 0)
        guard count > 0 else { throw Failure(description: "the connection was closed") }
        buffered += room[..<count]
    }
}
