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

    /// Hands over targets for kill(2) which together reach every process once:
    /// some programs take a second signal for impatience. First the command's
    /// group, at once, then whoever is not in it. `command` is the command's pid,
    /// or 0 if it has ended.
    mutating func forEachOnce(command: pid_t, _ body: (pid_t) -> Void) {
        // All are found before the first is signalled: one that ended by that at
        // once would take those it had started out of sight.
        var others: [pid_t] = []
        forEachDescendant { pid in
            if command <= 0 || getpgid(pid) != command { others.append(pid) }
        }
        if command > 0 { body(-command) }
        others.forEach(body)
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
