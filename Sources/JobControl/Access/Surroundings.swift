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
                    text(ofTable: $0)
                }
                let users = tables.reduce(into: Set<UInt32>()) {
                    $0.formUnion(ListeningUsers.users(of: port, in: $1))
                }
                if !users.isEmpty { return users }
            }
            return []
        })

    /// A table of the kernel, which tells no size and comes in pieces: reading it as an
    /// ordinary file may end with the first.
    private static func text(ofTable path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 { return nil }
            bytes += piece.prefix(count)
        }
    }
}
