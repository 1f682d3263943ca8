import Glibc

/// An Internet address and port, as the system has them.
struct Endpoint: Hashable {
    /// `AF_INET` or `AF_INET6`.
    let family: CInt
    private var bytes: [UInt8]

    /// One of those that getaddrinfo(3) has found.
    init(_ entry: addrinfo) {
        family = entry.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
    }

    /// The same address with another port.
    func with(port: UInt16) -> Endpoint {
        var endpoint = self
        // ip(7), ipv6(7): in both it follows the family, in network order.
        withUnsafeBytes(of: port.bigEndian) { endpoint.bytes.replaceSubrange(2..<4, with: $0) }
        return endpoint
    }

    /// The port that a socket is bound to; nil when it cannot be had.
    static func port(of descriptor: CInt) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: storage) {
            UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }

    /// Calls `body` with the address as bind(2) takes it.
    func withAddress<Result>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(bytes.count))
            }
        }
    }
}
