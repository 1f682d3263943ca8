internal import CLinux
internal import Glibc
internal import Journal

/// Starts attempts: makes the directory and starts a supervisor in it.
package struct Launcher: Sendable {
    /// The supervisor's descriptors begin at 3; ours must be out of the way of
    /// those that are put there.
    private static let lowestDescriptor: Int32 = 6

    /// The path of the program `jobd-supervise`.
    package let supervisor: String

    package init(supervisor: String) {
        self.supervisor = supervisor
    }

    /// Starts the attempt and returns the supervisor's pid; a child of this
    /// process, which `AttemptWatcher` reaps. If it fails, nothing is left in the
    /// directory. An attempt that was prepared there but never started is
    /// replaced, and so is one whose supervisor could not start the command; one
    /// whose command was started is not touched.
    package func launch(_ spec: LaunchSpec) throws(LaunchError) -> Int32 {
        let words = spec.supervisorArguments(supervisor)
        let environment = spec.environment.map { "\($0.key)=\($0.value)" }
        if (words + environment).contains(where: { $0.utf8.contains(0) }) {
            throw LaunchError(
                operation: "start", path: supervisor, code: EINVAL, reason: .commandInvalid)
        }
        try clear(spec.directory)
        do throws(LaunchError) {
            try spec.directory.create(stdin: spec.stdin, owner: spec.account?.user)
            return try start(words, environment, in: spec.directory)
        } catch {
            // It is the first error that tells what is wrong.
            do { try spec.directory.remove() } catch {}
            throw error
        }
    }

    private func clear(_ directory: AttemptDirectory) throws(LaunchError) {
        let state: AttemptInspection
        do throws(JournalError) {
            state = try AttemptInspection.inspect(directory)
        } catch {
            throw LaunchError(operation: "read", path: directory.journal, code: error.code)
        }
        switch state {
        case .ended(let exit, _) where exit.cause == .unstartable:
            fallthrough
        case .neverStarted:
            if unlink(directory.journal) == -1, errno != ENOENT {
                throw LaunchError(operation: "remove", path: directory.journal, code: errno)
            }
        case .running, .ended, .lost:
            throw LaunchError(
                operation: "start", path: directory.path, code: EEXIST, reason: .alreadyStarted)
        }
    }

    private func start(
        _ words: [String], _ environment: [String], in directory: AttemptDirectory
    ) throws(LaunchError) -> Int32 {
        let journal = Descriptor(
            try open(directory.journal, O_RDWR | O_APPEND | O_CREAT | O_EXCL))
        // open(2) gives the lowest number that is free, so this is about how many are in
        // use.
        if journal.number >= Self.mostDescriptors {
            throw LaunchError(operation: "open", path: directory.journal, code: EMFILE)
        }
        // Taken here, for the supervisor gets this very open file description:
        // there is no time at which it lives without the lock.
        let locked = linux_lock(journal.number)
        if locked < 0 {
            throw LaunchError(operation: "lock", path: directory.journal, code: -locked)
        }
        let control = Descriptor(try open(directory.control, O_RDWR | O_NONBLOCK))
        let progress = Descriptor(try open(directory.progress, O_RDWR | O_NONBLOCK))
        let pid = CStrings.with(words) { words in
            CStrings.with(environment) { environment in
                var spawn = linux_spawn(
                    path: words[0], arguments: words, environment: environment,
                    journal: journal.number, control: control.number,
                    progress: progress.number)
                return linux_spawn_supervisor(&spawn)
            }
        }
        if pid > 0 { return pid }
        let isMissing = [ENOENT, EACCES, ENOEXEC].contains(-pid)
        throw LaunchError(
            operation: "start", path: supervisor, code: -pid,
            reason: isMissing && access(supervisor, X_OK) == -1 ? .supervisorMissing : nil)
    }

    /// How many descriptors may be open for a job to be started: it keeps two or three,
    /// and the rest is for the database, and for requests such as a cancel.
    private static var mostDescriptors: Int32 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return .max
        }
        return Int32(clamping: limit.rlim_cur - min(limit.rlim_cur / 4, 64))
    }

    /// Opens a file as a descriptor out of the way of the supervisor's.
    private func open(_ path: String, _ flags: Int32) throws(LaunchError) -> Int32 {
        let number = linux_open(path, flags, 0o600)
        if number < 0 { throw LaunchError(operation: "open", path: path, code: -number) }
        if number >= Self.lowestDescriptor { return number }
        let low = Descriptor(number)
        let duplicate = linux_duplicate(low.number, Self.lowestDescriptor)
        if duplicate < 0 { throw LaunchError(operation: "open", path: path, code: -duplicate) }
        return duplicate
    }
}
