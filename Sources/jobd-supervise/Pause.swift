import CLinux

/// Holds all processes of a job where they are, and lets them go on.
struct Pause {
    /// For how long processes that do not stop are looked at again. One that the
    /// kernel holds (a disk that does not answer, a parent in vfork(2)) has its
    /// SIGSTOP waiting, and stops when it comes back.
    private static let patience: Int64 = 1_000_000
    /// How often they are looked at all the same: on a machine that is very busy a
    /// second is soon over, and what was forked meanwhile has no signal yet.
    private static let fewestRounds = 10
    /// For how long processes are only stopped once their parents are: a shell
    /// that looks after its jobs would take a child that stops before itself for
    /// one it has to do something about.
    private static let politeness: Int64 = 50_000
    /// How often in a row nothing may be found to run before that is believed: a
    /// process whose parent ends while the tree is walked is missed once.
    private static let quietRounds = 2

    /// Whether the job is paused, or about to be.
    private(set) var isActive = false
    /// When `advance` has something to do, on the monotonic clock.
    private(set) var deadline = Int64.max
    private var since: Int64 = 0
    private var interval: Int64 = 0
    private var quiet = 0
    /// Rounds in which everything was sent the signal.
    private var rounds = 0
    private var tree = ProcessTree()

    /// Stops everything. `command` is the command's pid.
    mutating func begin(command: pid_t, now: Int64) {
        isActive = true
        since = now
        interval = 1000
        quiet = 0
        rounds = 0
        stopAll(command: command, now: now)
    }

    /// Does what is due: a process may fork while it is being stopped, so the
    /// tree is looked at until nothing in it runs.
    mutating func advance(command: pid_t, now: Int64) {
        if now >= deadline { stopAll(command: command, now: now) }
    }

    /// Lets everything go on.
    mutating func end() {
        guard isActive else { return wakeStopped() }
        forget()
        // Children before their parents: see `politeness`.
        var found: [HeldProcess] = []
        tree.forEachDescendant { found.append(HeldProcess($0)) }
        for process in found.reversed() {
            process.signal(SIGCONT)
            process.release()
        }
        // Not everything had stopped, perhaps, and then one whose parent ended
        // just now was missed.
        wakeStopped()
    }

    /// Also what somebody else has stopped.
    private mutating func wakeStopped() {
        tree.forEachDescendant { pid in
            if linux_process_state(pid) == Self.stopped { _ = kill(pid, SIGCONT) }
        }
    }

    /// It is over, and somebody else lets the processes go on.
    mutating func forget() {
        isActive = false
        deadline = .max
    }

    private mutating func stopAll(command: pid_t, now: Int64) {
        let isPolite = now - since < Self.politeness
        // The group at once leaves none of it the time to fork.
        if !isPolite, command > 0 { _ = kill(-command, SIGSTOP) }
        var somethingRuns = false
        tree.walk { pid in
            let isHalted = Self.isHalted(pid)
            // One that we may not signal runs on.
            if kill(pid, SIGSTOP) == -1 || isHalted { return true }
            somethingRuns = true
            return !isPolite
        }
        quiet = somethingRuns ? 0 : quiet + 1
        if !isPolite { rounds += 1 }
        let isPatient = now - since < Self.patience || rounds < Self.fewestRounds
        let isDone = quiet == Self.quietRounds || !isPatient
        deadline = isDone ? .max : now + interval
        if !isPolite { interval = min(interval * 2, 100_000) }
    }

    /// proc(5): T is stopped by a signal.
    private static let stopped = Int32(UInt8(ascii: "T"))

    /// Whether a process runs none of its program: stopped, stopped by a tracer,
    /// or ended.
    private static func isHalted(_ pid: pid_t) -> Bool {
        switch linux_process_state(pid) {
        case stopped, Int32(UInt8(ascii: "t")), Int32(UInt8(ascii: "Z")),
            Int32(UInt8(ascii: "X")), 0:
            true
        default: false
        }
    }
}
