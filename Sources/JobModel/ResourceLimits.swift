/// How much an attempt may use of the machine; what is nil is not limited.
package struct ResourceLimits: Hashable, Sendable {
    /// Bytes of memory: of each process (RLIMIT_DATA, getrlimit(2)), and of all
    /// together where the daemon has a cgroup of its own.
    package var memoryBytes: Int64?
    /// Seconds of processor time of each process (RLIMIT_CPU).
    package var cpuSeconds: Int64?
    /// Files that each process may have open (RLIMIT_NOFILE).
    package var openFiles: Int64?
    /// Processes: of the user it runs as (RLIMIT_NPROC), and of the attempt where
    /// the daemon has a cgroup of its own.
    package var processes: Int64?
    /// How far it stands back from others for the processor, -20 to 19 (nice(1)).
    package var nice: Int?
    /// Its turn at the disks.
    package var io: IOPriority?

    /// A class of ioprio_set(2).
    package enum IOPriority: String, CaseIterable, Sendable {
        /// Only while nobody else wants the disk.
        case idle
        /// After those that run as usual.
        case low
        case normal
    }

    package init(
        memoryBytes: Int64? = nil, cpuSeconds: Int64? = nil, openFiles: Int64? = nil,
        processes: Int64? = nil, nice: Int? = nil, io: IOPriority? = nil
    ) {
        self.memoryBytes = memoryBytes
        self.cpuSeconds = cpuSeconds
        self.openFiles = openFiles
        self.processes = processes
        self.nice = nice
        self.io = io
    }

    /// Whether nothing is limited.
    package var isEmpty: Bool { self == ResourceLimits() }
}

/// As whom an attempt runs.
package struct RunAs: Hashable, Sendable {
    /// A name of a user of this machine.
    package var user: String
    /// A name of a group; nil: the user's own.
    package var group: String?

    package init(user: String, group: String? = nil) {
        self.user = user
        self.group = group
    }

    /// `USER` or `USER:GROUP`; nil if it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
            !text.utf8.contains(0)
        else { return nil }
        user = String(parts[0])
        group = parts.count == 2 ? String(parts[1]) : nil
    }
}
