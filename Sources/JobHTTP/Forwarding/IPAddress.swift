import Glibc
import NIOCore

/// An IP address of either version.
struct IPAddress: Hashable, Sendable {
    /// Its bits; those of IPv4 as an IPv4-mapped address (RFC 4291 §2.5.5.2),
    /// which is how a socket of both versions tells them.
    let bits: UInt128

    /// The address of a TCP connection's end; nil for a Unix socket.
    init?(_ address: SocketAddress?) {
        // In network byte order behind family and port; that of IPv6 also behind
        // the flow (ip(7), ipv6(7)).
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket, nil: return nil
        }
        let value = address?.withSockAddr { pointer, length in
            UnsafeRawBufferPointer(start: pointer, count: length)[place]
                .reduce(UInt128(0)) { ($0 << 8) | UInt128($1) }
        }
        guard let value else { return nil }
        bits = place.count == 4 ? Self.mapped | value : value
    }

    /// Reads an address as people write it; nil when it is none.
    init?(_ text: some StringProtocol) {
        // What it throws says no more than that it is none.
        guard let address = try? SocketAddress(ipAddress: String(text), port: 0) else {
            return nil
        }
        self.init(address)
    }

    private init(bits: UInt128) {
        self.bits = bits
    }

    private static let mapped: UInt128 = 0xFFFF << 32

    /// Whether it is of version 4.
    var isIPv4: Bool { bits >> 32 == 0xFFFF }

    /// Whether it is this machine's own (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    var isLoopback: Bool { isIPv4 ? bits >> 24 & 0xFF == 127 : bits == 1 }

    /// What one client has: the address, or of version 6 the network of 64 bits
    /// from which a host chooses its addresses (RFC 4291 §2.5.1).
    var network: IPAddress { isIPv4 ? self : IPAddress(bits: (bits >> 64) << 64) }
}

extension IPAddress: CustomStringConvertible {
    /// As people write it (RFC 5952).
    var description: String {
        let address = isIPv4 ? bits << 96 : bits
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        return withUnsafeBytes(of: address.bigEndian) { bytes in
            guard
                inet_ntop(
                    isIPv4 ? AF_INET : AF_INET6, bytes.baseAddress, &text, socklen_t(text.count))
                    != nil
            else { preconditionFailure("there is room for every address") }
            let end = text.firstIndex(of: 0) ?? text.endIndex
            return String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}
