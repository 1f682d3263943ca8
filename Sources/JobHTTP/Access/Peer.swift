import CLinux
import NIOCore

/// Who is at the other end of a connection, as far as the system knows. It is read
/// once, when the connection comes.
enum Peer: Sendable {
    /// Somebody on the network, this machine's own included.
    case network
    /// A process of this machine, by Unix socket: its user, its group and its
    /// supplementary groups as they were when it connected.
    case process(user: UInt32, groups: Set<UInt32>)

    /// That of the connection whose request is being answered.
    @TaskLocal static var current = Peer.network

    /// Reads it; to be called on the channel's event loop.
    ///
    /// - Throws: what the system says when it does not tell. Such a connection must
    ///   not be served.
    init(_ channel: any Channel) throws {
        guard case .unixDomainSocket = channel.localAddress else {
            self = .network
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
