// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Foundation
import Glibc
import JobHTTP
import Logging

/// The sockets the daemon listens on: handed over by systemd, or bound here.
struct ListeningSockets {
    /// The sockets themselves.
    private(set) var sockets: [ListeningSocket] = []
    /// Where they really listen, as URLs: `http://127.0.0.1:7620`, `unix:/path`.
    private(set) var addresses: [String] = []
    /// Those of them that other machines may reach.
    private(set) var exposed: [String] = []
    /// The Unix socket that was made here and must be removed at the end.
    private var ownPath: String?

    /// - Parameter inherited: descriptors that systemd handed over. They stand in
    ///   for the default addresses, not for those somebody asked for.
    /// - Throws: `StartError` when an address is taken or cannot be used.
    init(_ settings: Settings, inherited: [CInt]) throws {
        let isSecure = settings.transport.certificate != nil
        for descriptor in inherited { try add(descriptor, isSecure: isSecure) }
        do {
            if inherited.isEmpty || settings.isListenGiven {
                for address in settings.listen {
                    try bind(address, isSecure: isSecure && !address.isPlain)
                }
            }
            if inherited.isEmpty || settings.isSocketGiven {
                try bind(path: settings.socket, group: settings.access.socketGroup)
            }
        } catch {
            closeAll()
            throw error
        }
    }

    /// Removes the Unix socket that was made here.
    func removeOwnPath() {
        if let ownPath { unlink(ownPath) }
    }

    /// Notes a socket that listens.
    private mutating func add(_ descriptor: CInt, isSecure: Bool) throws {
        let address = try SocketAddress.name(of: descriptor, isSecure: isSecure)
        addresses.append(address)
        // Who connects to a Unix socket is on this machine.
        let speaksTLS = isSecure && !address.hasPrefix("unix:")
        sockets.append(ListeningSocket(descriptor: descriptor, isSecure: speaksTLS))
        if try !SocketAddress.isLocal(descriptor) { exposed.append(address) }
    }

    private func closeAll() {
        for socket in sockets { close(socket.descriptor) }
        removeOwnPath()
    }

    // MARK: TCP

    private mutating func bind(_ address: HostPort, isSecure: Bool) throws {
        let count = sockets.count
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &list)
        guard status == 0, list != nil else {
            throw StartError(
                .unavailable,
                "Cannot listen on \(address.host): \(String(cString: gai_strerror(status)))."
            )
        }
        defer { freeaddrinfo(list) }
        // A name may stand for several addresses, as localhost does for one of each
        // family: clients try any of them.
        var found: [Endpoint] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            guard let entry else { break }
            let endpoint = Endpoint(entry.pointee)
            // /etc/hosts may say a thing twice.
            if !found.contains(endpoint) { found.append(endpoint) }
        }
        var port: UInt16?
        var missing: CInt?
        for endpoint in found {
            let endpoint = port.map(endpoint.with(port:)) ?? endpoint
            let result = Self.listen(on: endpoint, isAlone: found.count == 1)
            switch result {
            case .success(let descriptor):
                // The one that the system picked for the first is that of all.
                if address.port == 0, port == nil { port = Endpoint.port(of: descriptor) }
                try add(descriptor, isSecure: isSecure)
            case .failure(let failure) where failure.isOfFamily: missing = failure.code
            case .failure(let failure): throw Self.failure(address, failure.code)
            }
        }
        // A machine without one of the families has the other.
        if let missing, sockets.count == count { throw Self.failure(address, missing) }
    }

    /// Why an endpoint is not listened on.
    private struct ListenFailure: Error {
        /// An errno.
        let code: CInt
        /// Whether this machine lacks the address's family, or the address.
        var isOfFamily: Bool { code == EAFNOSUPPORT || code == EADDRNOTAVAIL }
    }

    /// - Parameter isAlone: whether it stands for its name alone; if not, it must not
    ///   take what another of the name is to have (ipv6(7), `IPV6_V6ONLY`).
    private static func listen(
        on endpoint: Endpoint, isAlone: Bool
    ) -> Result<CInt, ListenFailure> {
        let descriptor = socket(
            endpoint.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .failure(ListenFailure(code: errno)) }
        // A port whose last connections are in TIME_WAIT is free all the same.
        var yes: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if endpoint.family == AF_INET6, !isAlone {
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &yes, size)
        }
        let isBound = endpoint.withAddress { Glibc.bind(descriptor, $0, $1) } == 0
        guard isBound, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            return .failure(ListenFailure(code: code))
        }
        return .success(descriptor)
    }

    private static func failure(_ address: HostPort, _ code: CInt) -> StartError {
        let hint =
            code == EADDRINUSE ? " Another program uses it; choose another with --listen." : ""
        return StartError(
            .unavailable,
            "Cannot listen on \(address.host):\(address.port): \(String(cString: strerror(code))).\(hint)"
        )
    }

    // MARK: Unix

    private mutating func bind(path: String, group: UInt32?) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        func fail(_ code: CInt, _ hint: String = "") -> StartError {
            close(descriptor)
            return StartError(
                .unavailable,
                "Cannot listen on the socket \(path): \(String(cString: strerror(code))).\(hint)")
        }
        guard descriptor >= 0 else { throw fail(errno) }
        let directory = (path as NSString).deletingLastPathComponent
        // Should it fail, bind(2) says what is wrong with the path.
        try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        var status = stat()
        // The name of an abstract socket is no path (unix(7)).
        if !path.hasPrefix("@"), lstat(path, &status) == 0 {
            // connect(2) refuses whatever is no socket just as one without a listener.
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw fail(
                    EEXIST,
                    " What lies there is no socket; move it away, or choose another path with"
                        + " --socket.")
            }
            // Nobody listens: a daemon that was killed has left it behind.
            if try connectError(path) == ECONNREFUSED { unlink(path) }
        }
        // Between bind and chmod nobody else may connect.
        let mask = umask(0o117)
        let bound = try SocketAddress.withUnix(path) { Glibc.bind(descriptor, $0, $1) }
        let code = errno
        umask(mask)
        guard bound == 0 else {
            throw fail(code, code == EADDRINUSE ? " Another jobd listens there." : "")
        }
        ownPath = path
        // The name of an abstract socket has neither a mode nor a group.
        if let group, !path.hasPrefix("@"), chown(path, uid_t.max, group) != 0 {
            throw fail(errno, " The daemon's user must be a member of socket_group \(group).")
        }
        guard Glibc.listen(descriptor, Self.backlog) == 0 else { throw fail(errno) }
        sockets.append(ListeningSocket(descriptor: descriptor, isSecure: false))
        addresses.append("unix:\(path)")
    }

    /// Why one cannot connect to a socket; nil when one can.
    private func connectError(_ path: String) throws -> CInt? {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return errno }
        defer { close(probe) }
        return try SocketAddress.withUnix(path) { connect(probe, $0, $1) } == 0 ? nil : errno
    }

    private static let backlog: CInt = 1024
}
