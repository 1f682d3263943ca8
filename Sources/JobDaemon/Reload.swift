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

    /// Every SIGHUP since the daemon began to start. One that came before there was
    /// anything to be read anew waits here, and neither ends the daemon nor is lost.
    let hangups: UnixSignalsSequence
    let items: [Item]
    let systemd: Systemd
    let logger: Logger

    func run() async throws {
        for await _ in hangups.cancelOnGracefulShutdown() {
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
