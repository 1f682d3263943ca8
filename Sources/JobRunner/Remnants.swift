internal import CLinux
internal import Glibc
package import Journal

/// What an attempt left running whose supervisor was killed.
///
/// There is no one thing that tells them all, so everything counts: the mark in the
/// environment, the command's session, whose child a process has become, and of all of
/// these the descendants.
package struct Remnants {
    /// How it went.
    package struct Result: Hashable, Sendable {
        /// How many processes were sent SIGKILL.
        package var killed = 0
        /// How many are still there.
        package var left = 0

        package init() {}
    }

    /// Rounds of looking and killing before those that do not die are left.
    private static let rounds = 50
    /// The pause between two rounds, in microseconds.
    private static let pause: Int64 = 2000

    private let mark: [UInt8]
    /// The command's session, which nobody can have got into from outside.
    private var session: Session?
    /// Whose orphaned descendants become children of this process.
    private var children: Children?

    private struct Session {
        let id: Int32
        /// When its leader was started, by the wall clock.
        let time: Int64
    }

    private struct Children {
        let parent: Int32
        /// Those that are no orphans.
        let own: Set<Int32>
    }

    /// The entry of a command's environment that is its attempt's alone.
    package static func mark(of directory: AttemptDirectory) -> String {
        "JOBD_PROGRESS=\(directory.progress)"
    }

    /// Every process that was started with that very entry in its environment.
    package init(markedBy mark: String) {
        self.mark = Array(mark.utf8)
    }

    /// What can be told of an attempt.
    ///
    /// - Parameters:
    ///   - journal: where its command is noted; nil: it cannot be read.
    ///   - supervisor: the program of supervisors. This process's children that are
    ///     none are orphans, since it has no others, if its subreaper is this process.
    package init(
        of directory: AttemptDirectory, journal: JournalReader?, supervisor: String
    ) {
        self.init(markedBy: Self.mark(of: directory))
        // Without it there is one sign less.
        if let command = try? journal?.command() {
            session = Session(id: command.pid, time: command.time)
        }
        // Its own supervisor, if that lives, is not to go on either.
        let others = SupervisorSearch.all(supervisor: supervisor).filter {
            $0.key != directory.path
        }
        children = Children(parent: getpid(), own: Set(others.values))
    }

    /// Sends SIGKILL to all of them until there is none. Blocks for as long as that
    /// takes, which is at most a tenth of a second when a process does not die.
    @discardableResult
    package func kill() -> Result {
        var result = Result()
        var killed: Set<Int32> = []
        for _ in 0..<Self.rounds {
            let found = killOnce()
            result.left = found.count
            if found.isEmpty { break }
            killed.formUnion(found)
            linux_poll(nil, 0, Self.pause)
        }
        result.killed = killed.count
        return result
    }

    private func killOnce() -> Set<Int32> {
        let all = Self.processes()
        let session = isLed(all) ? session?.id : nil
        var found: Set<Int32> = []
        for (pid, process) in all {
            let isOrphan =
                process.parent == children?.parent && children?.own.contains(pid) == false
            if isOrphan || process.session == session || Self.environment(of: pid, holds: mark) {
                found.insert(pid)
            }
        }
        found.subtract(children?.own ?? [])
        // Whose parent is one is one: all of them, however deep.
        var isComplete = false
        while !isComplete {
            let more = all.filter {
                found.contains($1.parent) && !found.contains($0)
                    && children?.own.contains($0) != true
            }
            found.formUnion(more.keys)
            isComplete = more.isEmpty
        }
        found.remove(getpid())
        return found.filter { pid in
            guard let process = all[pid] else { return false }
            if process.state == Int32(UInt8(ascii: "Z")) {
                // Nobody else's to bury.
                var status: Int32 = 0
                if process.parent == getpid() { _ = linux_reap(pid, &status) }
                return false
            }
            return Self.kill(pid, process)
        }
    }

    /// Whether the number of the session is still that of the command's: nobody gets it
    /// as long as somebody is in it.
    private func isLed(_ all: [Int32: linux_process]) -> Bool {
        guard let session, let leader = all[session.id] else { return true }
        let sinceBoot = linux_realtime_us() - linux_boottime_us()
        let started = sinceBoot + leader.started_us
        return abs(started - session.time) < Self.tolerance
    }

    /// Between fork(2) and the note in the journal, and between two clocks, in
    /// microseconds.
    private static let tolerance: Int64 = 5_000_000

    /// The process is taken hold of, then looked at: should the pid have been used again
    /// meanwhile, nobody gets the signal.
    private static func kill(_ pid: Int32, _ process: linux_process) -> Bool {
        let handle = Descriptor(linux_pidfd_open(pid))
        var now = linux_process()
        guard handle.number >= 0, linux_look_at_process(pid, &now) == 0,
            now.started_us == process.started_us
        else { return false }
        return linux_pidfd_signal(handle.number, SIGKILL) != -ESRCH
    }

    private static func processes() -> [Int32: linux_process] {
        guard let entries = opendir("/proc") else { return [:] }
        defer { closedir(entries) }
        var found: [Int32: linux_process] = [:]
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let pid = Int32(name), pid != getpid() else { continue }
            var process = linux_process()
            if linux_look_at_process(pid, &process) == 0 { found[pid] = process }
        }
        return found
    }

    private static func environment(of pid: Int32, holds mark: [UInt8]) -> Bool {
        let file = Descriptor(linux_open("/proc/\(pid)/environ", O_RDONLY, 0))
        if file.number < 0 { return false }
        var environment: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = linux_read(file.number, &part, part.count)
            if count <= 0 { break }
            environment += part[..<Int(count)]
        }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
}
