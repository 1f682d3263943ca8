import Foundation
import Glibc
import JobTestSupport
import Synchronization

/// A proxy on a loopback port in front of a daemon, that may do what proxies should
/// not. It serves one request on each connection.
final class TestProxy: Sendable {
    /// What it does to what it passes on.
    struct Manner: Sendable {
        /// A request's head, as it is passed on.
        var request: @Sendable (String) -> String = { $0 }
        /// The beginning of an answer, as it is passed on.
        var answer: @Sendable (String) -> String = { $0 }
        /// How many bytes of an answer it gathers before it passes them on.
        var holding = 0

        /// Takes header fields of this name out of requests.
        static func removing(_ name: String) -> Manner {
            Manner(request: { head in
                head.components(separatedBy: "\r\n")
                    .filter { !$0.lowercased().hasPrefix("\(name.lowercased()):") }
                    .joined(separator: "\r\n")
            })
        }
    }

    private let listener: CInt
    private let target: UInt16
    private let manner: Manner
    private let ended = DispatchSemaphore(value: 0)
    /// Connections that are open now.
    private let open = Mutex<Set<CInt>>([])

    /// Where it is.
    let address: String

    /// Runs `body` while a proxy stands in front of `address`.
    static func with<Result>(
        _ manner: Manner, before address: String, _ body: (TestProxy) throws -> Result
    ) throws -> Result {
        let proxy = try TestProxy(manner, before: address)
        Thread.detachNewThread {
            proxy.serve()
            proxy.ended.signal()
        }
        defer {
            // What wakes up accept(2), and what still waits for the daemon.
            shutdown(proxy.listener, CInt(SHUT_RDWR))
            proxy.open.withLock { for one in $0 { shutdown(one, CInt(SHUT_RDWR)) } }
            proxy.ended.wait()
            close(proxy.listener)
        }
        return try body(proxy)
    }

    private init(_ manner: Manner, before address: String) throws {
        self.manner = manner
        target = address.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
        let descriptor = Self.socket()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var own = Self.address(port: 0)
        let isBound = withUnsafeMutablePointer(to: &own) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw UnexpectedAnswer(description: "bind: \(errno)") }
        listener = descriptor
        self.address = "http://127.0.0.1:\(UInt16(bigEndian: own.sin_port))"
    }

    private static func socket() -> CInt {
        Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private func serve() {
        let group = DispatchGroup()
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            group.enter()
            Thread.detachNewThread {
                self.serve(client)
                group.leave()
            }
        }
        group.wait()
    }

    private func serve(_ client: CInt) {
        let server = Self.socket()
        open.withLock { $0.formUnion([client, server]) }
        defer {
            open.withLock { $0.subtract([client, server]) }
            close(client)
            close(server)
        }
        var address = Self.address(port: target)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, let head = read(from: client, until: { $0.hasSuffix("\r\n\r\n") })
        else { return }
        // One request, after which the daemon closes: its end is the answer's.
        let asked = manner.request(head).replacingOccurrences(
            of: "\r\n\r\n", with: "\r\nConnection: close\r\n\r\n")
        write(Array(asked.utf8), to: server)
        var gathered: [UInt8] = []
        var isBegun = false
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(server, &part, part.count, 0)
            guard count > 0 else { break }
            gathered += part[..<count]
            guard gathered.count >= manner.holding else { continue }
            pass(&gathered, to: client, &isBegun)
        }
        pass(&gathered, to: client, &isBegun)
    }

    private func pass(_ bytes: inout [UInt8], to client: CInt, _ isBegun: inout Bool) {
        guard !bytes.isEmpty else { return }
        let text = String(decoding: bytes, as: UTF8.self)
        write(isBegun ? bytes : Array(manner.answer(text).utf8), to: client)
        isBegun = true
        bytes = []
    }

    private func read(from client: CInt, until isWhole: (String) -> Bool) -> String? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(client, &part, part.count, 0)
            guard count > 0 else { return nil }
            bytes += part[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            if isWhole(text) { return text }
        }
    }

    private func write(_ bytes: [UInt8], to descriptor: CInt) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            // Whoever has gone needs nothing.
            guard count > 0 else { return }
            sent += count
        }
    }
}
