import Foundation
import Glibc

/// A connection on which a test says whatever it likes, whether it is HTTP or
/// not, and sees all that comes back. It blocks.
package final class RawConnection {
    private let descriptor: CInt
    private let program: ChildProcess?
    /// All that has come so far.
    package private(set) var received: [UInt8] = []
    /// Whether the other end has said its last.
    package private(set) var isOver = false

    /// Connects to a port of this machine.
    package init(port: UInt16) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        program = nil
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw TestConnection.Failure(description: "connect: \(errno)") }
    }

    /// Speaks TLS to a port, by way of openssl(1).
    ///
    /// - Parameter version: `http/1.1` or `h2`.
    package init(tlsPort port: UInt16, version: String) throws {
        var ends: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw TestConnection.Failure(description: "socketpair: \(errno)") }
        descriptor = ends[0]
        program = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_client", "-quiet", "-connect", "127.0.0.1:\(port)", "-servername", "localhost",
                "-alpn", version,
            ], connectedTo: ends[1])
        close(ends[1])
    }

    deinit {
        close(descriptor)
        program?.signal(SIGKILL)
        program?.wait()
    }

    /// Sends bytes; false when the other end takes no more.
    @discardableResult
    package func send(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Has the connection reset as soon as nobody holds it any more (socket(7),
    /// SO_LINGER with a time of zero).
    package func resetWhenDropped() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &linger,
            socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Says that nothing more is sent.
    package func finishSending() {
        shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Reads until the other end has said its last, or `isEnough`.
    package func read(
        patienceSeconds: Int = 30, until isEnough: ([UInt8]) -> Bool = { _ in false }
    ) throws {
        var room = [UInt8](repeating: 0, count: 65_536)
        while !isOver, !isEnough(received) {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, CInt(patienceSeconds * 1000)) > 0 else {
                throw TestConnection.Failure(
                    description: "nothing came for \(patienceSeconds) s after \(text)")
            }
            let count = recv(descriptor, &room, room.count, 0)
            if count <= 0 {
                isOver = true
            } else {
                received += room[..<count]
            }
        }
    }

    /// What has come, as text.
    package var text: String { String(decoding: received, as: UTF8.self) }

    /// The statuses of all answers that have come.
    package var statuses: [Int] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix("HTTP/1.") }.compactMap {
            $0.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
    }
}
