import CLinux

/// The processes that descend from this one. As it is a subreaper, that is every
/// process of the job, whatever sessions and orphans it made.
struct ProcessTree {
    private var room: [pid_t] = []

    /// Hands over every descendant found, parents first, each as soon as it is
    /// found: a process that forks and ends has little time to get away.
    mutating func forEachDescendant(_ body: (pid_t) -> Void) {
        var found = children(of: getpid())
        found.forEach(body)
        var index = 0
        while index < found.count {
            let more = children(of: found[index])
            more.forEach(body)
            found.append(contentsOf: more)
            index += 1
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
