import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads anew what may change while the daemon runs, whenever it gets SIGHUP.
struct Reload: Service {
    /// Something that is read, and what it is called in the log.
    struct Item: Sendable {
        let name: String
        /// Throws when what it finds cannot be used, and then changes nothing.
        let read: @Sendable () async throws -> Void
    }

    let items: [Item]
    let systemd: Systemd
    let logger: Logger

    /// Lets a SIGHUP do nothing, which would otherwise end the daemon, until there
    /// is somebody to act on it.
    static func ignoreSignal() {
        signal(SIGHUP, SIG_IGN)
    }

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            systemd.notifyReloading()
            for item in items {
                do {
                    try await item.read()
                    logger.notice("Read anew", metadata: ["what": "\(item.name)"])
                } catch {
                    logger.error(
                        "Not read anew; the former goes on",
                        metadata: ["what": "\(item.name)", "error": "\(error)"])
                }
            }
            systemd.notify("READY=1")
        }
    }
}
