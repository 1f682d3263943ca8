import Glibc

/// An IP address, equal to another however the two are written.
struct HostAddress: Hashable, Sendable {
    /// Four or sixteen.
    let bytes: [UInt8]

    /// - Returns: nil when `text` is no address of IPv4 or IPv6: inet_pton(3).
    init?(_ text: String) {
        // link-local ones may name an interface, which is this machine's own matter.
        let plain = String(text.prefix { $0 != "%" })
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, plain, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if inet_pton(AF_INET6, plain, &bytes) == 1 {
            // One of IPv4 that came by a socket of IPv6 (RFC 4291 §2.5.5.2).
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11] == [255, 255]
            self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
        } else {
            return nil
        }
    }

    /// Whether it leads nowhere but to this machine itself.
    var isLoopback: Bool {
        bytes.count == 4
            ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
}
