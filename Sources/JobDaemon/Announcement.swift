import Foundation
import Logging
import ServiceLifecycle

/// Tells people, programs and systemd where the daemon listens and that it does,
/// and at the end that it stops.
struct Announcement: Service {
    let addresses: [String]
    /// Where the addresses are written, one a line.
    let file: String
    let systemd: Systemd
    let logger: Logger

    func run() async throws {
        do {
            try Data((addresses.joined(separator: "\n") + "\n").utf8)
                .write(to: URL(fileURLWithPath: file), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        } catch CocoaError.fileWriteOutOfSpace {
            // It serves all the same: that is how room can be made.
            logger.warning(
                "The disk is full: the file that says where jobd listens cannot be written",
                metadata: ["file": "\(file)"])
        }
        logger.notice("Listening on \(addresses.joined(separator: ", "))")
        systemd.notify("READY=1")
        // It throws when the daemon is cancelled, which is an end too.
        try? await gracefulShutdown()
        systemd.notify("STOPPING=1")
        // One that is left says nothing false for long: the next start writes it.
        try? FileManager.default.removeItem(atPath: file)
    }
}
