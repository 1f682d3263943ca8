import CLinux

/// The processes that descend from this one. As it is a subreaper, that is every
/// process of the job, whatever sessions and orphans it made.
struct ProcessTree {
    private var room: [pid_t] = []

    /// Hands over every descendant found, parents first, each as soon as it is
    /// found: a process that forks and ends has little time to get away.
    mutating func forEachDescendant(_ body: (pid_t) -> Void) {
        walk { pid in
            body(pid)
            return true
        }
    }

    /// As `forEachDescendant`, but leaves out what descends from a process for
    /// which `body` returns false.
    mutating func walk(_ body: (pid_t) -> Bool) {
        var found = children(of: getpid()).filter(body)
        var index = 0
        while index < found.count {
            found.append(contentsOf: children(of: found[index]).filter(body))
            index += 1
        }
    }

    /// Sends signals so that they reach every process once: some programs take a second
    /// one for impatience. First the command's group, at once, then whoever is not in
    /// it. `command` is the command's pid,
    /// or 0 if it has ended.
    mutating func signalOnce(command: pid_t, _ signals: [Int32]) {
        // All are found before the first is signalled: one that ended by that at
        // once would take those it had started out of sight. Until then each is held,
        // since its pid may go to a stranger.
        var others: [HeldProcess] = []
        forEachDescendant { pid in
            if command <= 0 || getpgid(pid) != command { others.append(HeldProcess(pid)) }
        }
        if command > 0 {
            for signal in signals { _ = kill(-command, signal) }
        }
        for other in others {
            for signal in signals { other.signal(signal) }
            other.release()
        }
    }

    private mutating func children(of pid: pid_t) -> [pid_t] {
        if room.isEmpty { room = [pid_t](repeating: 0, count: 64) }
        while true {
            let count = Int(linux_children(pid, &room, room.count))
            if count <= room.count { return count > 0 ? [pid_t](room[..<count]) : [] }
            room = [pid_t](repeating: 0, count: count * 2)
        }
    }
}

/// A process that was found, and gets signals later, by its pidfd: pidfd_open(2).
struct HeldProcess {
    private let pid: pid_t
    /// Negative when there are no descriptors left; then there is only its pid.
    private let handle: Int32

    init(_ pid: pid_t) {
        self.pid = pid
        handle = linux_pidfd_open(pid)
    }

    func signal(_ signal: Int32) {
        if handle >= 0 {
            _ = linux_pidfd_signal(handle, signal)
        } else if handle != -ESRCH {
            _ = kill(pid, signal)
        }
    }

    func release() {
        if handle >= 0 { _ = close(handle) }
    }
}
