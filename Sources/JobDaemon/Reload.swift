import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// Reads anew on SIGHUP what may change while the daemon runs. What is faulty
/// changes nothing.
struct Reload: Service {
    /// What there is to read, and what it is called in the log.
    let parts: [(name: String, read: @Sendable () async throws -> Void)]
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
            for part in parts {
                do {
                    try await part.read()
                    logger.notice("Read the \(part.name) anew")
                } catch {
                    let reason = (error as? StartError)?.message ?? "\(error)"
                    logger.error(
                        "Could not read the \(part.name) anew: what was read before stays",
                        metadata: ["error": "\(reason)"])
                }
            }
            systemd.notify("READY=1")
        }
    }
}
