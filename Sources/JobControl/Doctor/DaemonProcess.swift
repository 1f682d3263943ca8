import CLinux

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The process of a running daemon, as the kernel shows it (proc_pid_status(5)).
struct DaemonProcess: Hashable, Sendable {
    var pid: Int32
    /// Whose it is.
    var user: UInt32
    /// The systemd service that it belongs to; nil when it belongs to none.
    var service: String?
    /// Whether what it starts can get no more rights than it has (prctl(2)).
    var hasNoNewPrivileges: Bool
    /// Whether system calls are filtered (seccomp(2)).
    var hasSystemCallFilter: Bool

    /// Finds it: the daemon writes its number into `lock`, and the kernel knows who
    /// listens on a socket; nil when neither can be seen, or says nothing.
    init?(state: String?, socket: String?) {
        // Whoever may not read it has the socket.
        let lock = state.flatMap { try? String(contentsOfFile: "\($0)/lock", encoding: .utf8) }
        let locked = lock.flatMap { Int32($0.prefix { $0 != "\n" }) }
        let candidates = [locked, socket.map { linux_socket_peer($0) }]
        for case .some(let pid) in candidates where pid > 0 {
            self.init(pid: pid)
            // A socket that systemd has opened is its own to the kernel.
            if name == "jobd" { return }
        }
        return nil
    }

    private var name = ""

    private init(pid: Int32) {
        self.pid = pid
        // One that has just ended shows nothing.
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let cgroup = (try? String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Substring? {
            status.split(separator: "\n").first { $0.hasPrefix("\(name):") }?
                .dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace).first
        }
        name = field("Name").map(String.init) ?? ""
        user = field("Uid").flatMap { UInt32($0) } ?? 0
        hasNoNewPrivileges = field("NoNewPrivs") == "1"
        hasSystemCallFilter = field("Seccomp") == "2"
        service = cgroup.split(whereSeparator: { $0 == "\n" || $0 == "/" })
            .first { $0.hasSuffix(".service") }.map(String.init)
    }
}
