import JobClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// What of the machine decides which token is used.
struct Surroundings: Sendable {
    /// The process's variables.
    var environment: [String: String]
    /// Where files are looked for.
    var files: Endpoint.FileSystem
    /// Who runs jobctl.
    var user: UInt32
    /// Whose a file is; nil when that cannot be seen.
    var owner: @Sendable (_ path: String) -> UInt32?
    /// The users who listen on this TCP port.
    var listeners: @Sendable (_ port: Int) -> Set<UInt32>

    /// The process's own.
    static let local = Surroundings(
        environment: ProcessInfo.processInfo.environment, files: .local, user: geteuid(),
        owner: { path in
            var status = stat()
            return stat(path, &status) == 0 ? status.st_uid : nil
        },
        listeners: { port in
            // The table changes while it is read, and a line may be passed over:
            // nobody there is believed only when seen thrice.
            for _ in 1...3 {
                // A kernel without IPv6 has only one of them.
                let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap {
                    try? String(contentsOfFile: $0, encoding: .utf8)
                }
                let users = tables.reduce(into: Set<UInt32>()) {
                    $0.formUnion(ListeningUsers.users(of: port, in: $1))
                }
                if !users.isEmpty { return users }
            }
            return []
        })
}
