import CLinux

/// The end of a job's processes: a signal, a time of grace, and SIGKILL until
/// none is left.
struct Teardown {
    /// How long what the command left behind may take to end by itself before it
    /// is signalled, in microseconds: time for `… > >(tee log)` to write its last
    /// lines, which a signal at once would take from it.
    static let lingering: Int64 = 250_000
    /// For how long processes are killed that we may not signal.
    private static let patienceWithRefusal: Int64 = 1_000_000
    /// For how long processes are killed that do not die: a disk or a network
    /// file system that does not answer holds them.
    private static let patience: Int64 = 60_000_000

    /// How far it is.
    enum Phase {
        /// The command runs, and nobody wants it to end.
        case none
        /// The command ended by itself and left others behind.
        case lingering
        /// Signalled; SIGKILL comes at `deadline`.
        case grace
        /// SIGKILL, again and again.
        case killing
        /// Nothing is left that could be ended.
        case over
    }

    private(set) var phase = Phase.none
    /// When `advance` has something to do, on the monotonic clock.
    private(set) var deadline = Int64.max
    /// How many processes could not be ended.
    private(set) var survivors: UInt32 = 0
    private var killingSince: Int64 = 0
    private var pause: Int64 = 1000
    private var tree = ProcessTree()

    /// The command has ended by itself: waits a little for the others.
    mutating func linger(atMost time: Int64, now: Int64) {
        guard phase == .none else { return }
        phase = .lingering
        deadline = now + min(Self.lingering, time)
    }

    /// Signals everything, and begins the time of grace; if that has begun
    /// already, it can only become shorter. `command` is the command's pid, or 0
    /// if it has ended.
    mutating func begin(signal: Int32, grace: Int64, command: pid_t, now: Int64) {
        let (end, overflow) = now.addingReportingOverflow(grace)
        let newDeadline = overflow ? Int64.max : end
        switch phase {
        case .none, .lingering:
            phase = .grace
            deadline = newDeadline
            send(signal, command: command)
        case .grace:
            deadline = min(deadline, newDeadline)
        case .killing, .over:
            break
        }
    }

    /// Does what is due. `somebodyDied`: there may be new orphans to kill.
    mutating func advance(now: Int64, grace: Int64, command: pid_t, somebodyDied: Bool) {
        switch phase {
        case .none, .over:
            break
        case .lingering:
            if now >= deadline { begin(signal: SIGTERM, grace: grace, command: command, now: now) }
        case .grace:
            guard now >= deadline else { break }
            phase = .killing
            killingSince = now
            killAll(command: command, now: now)
        case .killing:
            if now >= deadline || somebodyDied { killAll(command: command, now: now) }
        }
    }

    /// There is no process left.
    mutating func finish() {
        phase = .over
    }

    private mutating func send(_ signal: Int32, command: pid_t) {
        // A stopped process only takes the signal once it goes on.
        tree.signalOnce(command: command, [signal, SIGCONT])
    }

    private mutating func killAll(command: pid_t, now: Int64) {
        // The group at once leaves none of it the time to fork.
        if command > 0 { _ = kill(-command, SIGKILL) }
        var found: UInt32 = 0
        var refused: UInt32 = 0
        tree.forEachDescendant { pid in
            found += 1
            if kill(pid, SIGKILL) == -1, linux_errno() == EPERM { refused += 1 }
        }
        let patience = found == refused ? Self.patienceWithRefusal : Self.patience
        if now - killingSince >= patience {
            survivors = found
            phase = .over
        }
        deadline = now + pause
        pause = min(pause * 2, 100_000)
    }
}
