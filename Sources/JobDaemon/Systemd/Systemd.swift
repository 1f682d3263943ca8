import Dispatch
import Glibc

/// What systemd expects of a service and gives it: sd_notify(3),
/// sd_listen_fds(3), sd_watchdog_enabled(3). Outside systemd nothing happens.
struct Systemd: Sendable {
    private let notifySocket: String?
    /// How often the watchdog wants a sign of life, in microseconds; nil when
    /// it wants none.
    let watchdogInterval: UInt64?
    /// Listening sockets that were handed over.
    let inheritedSockets: [CInt]

    init(environment: [String: String]) {
        notifySocket = environment["NOTIFY_SOCKET"]
        let mine = String(getpid())
        if let interval = environment["WATCHDOG_USEC"].flatMap({ UInt64($0) }), interval > 0,
            environment["WATCHDOG_PID"] ?? mine == mine
        {
            watchdogInterval = interval
        } else {
            watchdogInterval = nil
        }
        if environment["LISTEN_PID"] == mine,
            let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }), count > 0
        {
            inheritedSockets = Array(3..<(3 + count))
            for descriptor in inheritedSockets { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        } else {
            inheritedSockets = []
        }
    }

    /// Tells systemd that settings are being read anew, until it is told `READY=1`;
    /// with the time, as `Type=notify-reload` of systemd.service(5) wants it.
    func notifyReloading() {
        // On Linux CLOCK_MONOTONIC of clock_gettime(2).
        let microseconds = DispatchTime.now().uptimeNanoseconds / 1000
        notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// Tells systemd `READY=1`, `STOPPING=1` or `WATCHDOG=1`. That it cannot be
    /// told is no reason to fail: systemd acts on its silence.
    func notify(_ state: String) {
        guard let notifySocket else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        _ = try? SocketAddress.withUnix(notifySocket) { address, length in
            sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
        }
    }
}
