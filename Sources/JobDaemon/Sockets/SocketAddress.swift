import Glibc

/// Socket addresses, between C's form and URLs.
enum SocketAddress {
    /// Where a descriptor listens: `http://host:port`, `https://host:port` or
    /// `unix:/path`.
    ///
    /// - Throws: `StartError` when it is no socket of a kind that can be served.
    static func name(of descriptor: CInt, isSecure: Bool) throws -> String {
        var (storage, length) = try bound(descriptor)
        if CInt(storage.ss_family) == AF_UNIX {
            return withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr_un.self, capacity: 1) { unix in
                    withUnsafeBytes(of: unix.pointee.sun_path) { bytes in
                        // unix(7): a name that begins with NUL is in the abstract
                        // namespace, and as long as the address says.
                        let name = bytes.prefix(Int(length) - 2)
                        let isAbstract = name.first == 0
                        let path = isAbstract ? name.dropFirst() : name.prefix { $0 != 0 }
                        return "unix:\(isAbstract ? "@" : "")"
                            + String(decoding: path, as: UTF8.self)
                    }
                }
            }
        }
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let known = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getnameinfo(
                    $0, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
                    NI_NUMERICHOST | NI_NUMERICSERV)
            }
        }
        guard known == 0 else { throw unusable(descriptor) }
        let name = Self.text(host)
        let scheme = isSecure ? "https" : "http"
        return "\(scheme)://\(name.contains(":") ? "[\(name)]" : name):\(Self.text(service))"
    }

    /// Whether only this machine can reach a listening descriptor.
    ///
    /// - Throws: `StartError` when it is no socket of a kind that can be served.
    static func isLocal(_ descriptor: CInt) throws -> Bool {
        var (storage, _) = try bound(descriptor)
        let family = CInt(storage.ss_family)
        return withUnsafeBytes(of: &storage) { bytes in
            switch family {
            case AF_UNIX: return true
            case AF_INET:
                // In network byte order: the first byte comes first.
                let address = bytes.load(as: sockaddr_in.self).sin_addr
                return withUnsafeBytes(of: address) { $0.first == 127 }
            case AF_INET6:
                let address = bytes.load(as: sockaddr_in6.self).sin6_addr
                return withUnsafeBytes(of: address) {
                    $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1
                }
            default: return false
            }
        }
    }

    private static func bound(_ descriptor: CInt) throws -> (sockaddr_storage, socklen_t) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw unusable(descriptor) }
        return (storage, length)
    }

    private static func unusable(_ descriptor: CInt) -> StartError {
        StartError(
            .unavailable, "Descriptor \(descriptor) is not a socket that jobd can serve.")
    }

    /// Calls `body` with the address of a Unix socket. A path that begins with
    /// `@` is in the abstract namespace (unix(7)).
    ///
    /// - Throws: `StartError` when the path is too long for an address.
    static func withUnix<Result>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) throws -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        if isAbstract { bytes[0] = 0 }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else {
            throw StartError(
                .configuration,
                "The socket's path \(path) is longer than \(room - 1) bytes. Choose a shorter one.")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        let length = socklen_t(offset + bytes.count + (isAbstract ? 0 : 1))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
