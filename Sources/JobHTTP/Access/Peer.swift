import CLinux
import NIOCore

/// Who is at the other end of a connection, as far as the system knows. It is read
/// once, when the connection comes: of one that its client has reset meanwhile
/// nothing can be found out any more, and who it was must not be guessed.
enum Peer: Sendable {
    /// Somebody on the network, this machine's own included.
    case network(IPAddress)
    /// A process of this machine, by Unix socket: its user, its group and its
    /// supplementary groups as they were when it connected.
    case process(user: UInt32, groups: Set<UInt32>)
    /// Nobody has asked: there is no connection.
    case unknown

    /// That of the connection whose request is being answered.
    @TaskLocal static var current = Peer.unknown

    /// Reads it; to be called on the channel's event loop.
    ///
    /// - Throws: what the system says when it does not tell. Such a connection must
    ///   not be served.
    init(_ channel: any Channel) throws {
        guard case .unixDomainSocket = channel.localAddress else {
            guard let address = IPAddress(channel.remoteAddress) else {
                throw IOError(errnoCode: ENOTCONN, reason: "getpeername")
            }
            self = .network(address)
            return
        }
        let found = try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: CInt.self
        ) { descriptor in
            try Self.process(at: descriptor)
        }
        guard let found else { throw IOError(errnoCode: ENOTSOCK, reason: "SO_PEERCRED") }
        self = found
    }

    /// From where it comes, if that is the network.
    var address: IPAddress? {
        if case .network(let address) = self { address } else { nil }
    }

    /// What its requests come from in the log: an IP address, `unix`, or `unknown`.
    var description: String {
        switch self {
        case .network(let address): address.description
        case .process: "unix"
        case .unknown: "unknown"
        }
    }

    private static func process(at descriptor: CInt) throws -> Peer {
        var user: UInt32 = 0
        var group: UInt32 = 0
        let status = linux_peer(descriptor, &user, &group)
        guard status == 0 else { throw IOError(errnoCode: -status, reason: "SO_PEERCRED") }
        // NGROUPS_MAX of Linux: setgroups(2).
        var groups = [UInt32](repeating: 0, count: 65_536)
        let count = linux_peer_groups(descriptor, &groups, groups.count)
        guard count >= 0 else {
            throw IOError(errnoCode: CInt(-count), reason: "SO_PEERGROUPS")
        }
        return .process(user: user, groups: Set(groups.prefix(Int(count)) + [group]))
    }
}
