import NIOCore
import Synchronization

/// Counts the connections that are open, in all and by client.
final class ConnectionCounter: Sendable {
    private struct State {
        var total = 0
        var byNetwork: [IPAddress: Int] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    private let perClient: Int
    private let proxies: TrustedProxies

    /// - Parameters:
    ///   - limit: how many there may be in all.
    ///   - perClient: how many one client may have.
    ///   - proxies: they carry the connections of many clients.
    init(limit: Int, perClient: Int, proxies: TrustedProxies) {
        self.limit = limit
        self.perClient = perClient
        self.proxies = proxies
    }

    /// Counts a connection, until it is closed; false when it is one too many.
    func admit(_ channel: any Channel) -> Bool {
        let network = client(channel.remoteAddress)
        guard admit(network) else { return false }
        channel.closeFuture.whenComplete { _ in self.leave(network) }
        return true
    }

    /// Counts a connection of a client, if it is one that is counted by itself;
    /// false when it is one too many.
    func admit(_ network: IPAddress?) -> Bool {
        state.withLock { state in
            guard state.total < limit else { return false }
            if let network {
                guard state.byNetwork[network, default: 0] < perClient else { return false }
                state.byNetwork[network, default: 0] += 1
            }
            state.total += 1
            return true
        }
    }

    /// Forgets a connection that was admitted.
    func leave(_ network: IPAddress?) {
        state.withLock { state in
            state.total -= 1
            guard let network, let count = state.byNetwork[network] else { return }
            state.byNetwork[network] = count > 1 ? count - 1 : nil
        }
    }

    /// Who is counted by itself. Not the users of this machine, who share its
    /// addresses, and not proxies.
    func client(_ address: SocketAddress?) -> IPAddress? {
        guard let address = IPAddress(address), !address.isLoopback, !proxies.contains(address)
        else { return nil }
        return address.network
    }
}
