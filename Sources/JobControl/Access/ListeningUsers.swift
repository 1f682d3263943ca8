/// Reads who listens on a port from the kernel's table of TCP sockets.
enum ListeningUsers {
    /// The users who have a listening socket of this port, on whatever address.
    ///
    /// - Parameter table: `/proc/net/tcp` or `/proc/net/tcp6`: fields separated by
    ///   spaces, of which the second is the local address, in hexadecimal with the
    ///   port after its colon, the fourth the state and the eighth the user id
    ///   (proc_pid_net(5)).
    static func users(of port: Int, in table: String) -> Set<UInt32> {
        var users: Set<UInt32> = []
        for line in table.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count > 7, fields[3] == listening,
                let colon = fields[1].lastIndex(of: ":"),
                Int(fields[1][colon...].dropFirst(), radix: 16) == port,
                let user = UInt32(fields[7])
            else { continue }
            users.insert(user)
        }
        return users
    }

    /// TCP_LISTEN of the kernel's include/net/tcp_states.h.
    private static let listening = "0A"
}
