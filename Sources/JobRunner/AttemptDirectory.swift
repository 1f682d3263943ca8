// The JobRunner target starts attempts, adopts those that outlived a daemon,
// watches them and ends them. Its objects are used on one serial Dispatch queue,
// which its user owns.

internal import CLinux
internal import Glibc
package import Journal

/// What belongs to one attempt on disk.
package struct AttemptDirectory: Hashable, Sendable {
    /// The directory's path.
    package let path: String

    /// The supervisor through which its files are reached, because somebody has
    /// removed them from the directory; nil: they are there.
    package let holder: Int32?

    /// - Parameters:
    ///   - progress: where the FIFO for progress is; nil: in the directory.
    ///   - holder: the supervisor that still has open what was removed.
    package init(path: String, progress: String? = nil, holder: Int32? = nil) {
        self.path = path
        self.progress = progress ?? "\(path)/progress"
        self.holder = holder
    }

    /// What the supervisor writes; it is what remains of the attempt.
    package var journal: String { place("journal", 3) }
    /// The FIFO the supervisor takes requests from.
    package var control: String { place("control", 4) }

    /// A file, or the supervisor's descriptor of it (`linux_spawn`).
    private func place(_ name: String, _ descriptor: Int) -> String {
        holder.map { "/proc/\($0)/fd/\(descriptor)" } ?? "\(path)/\(name)"
    }

    /// Opens the journal.
    package func openJournal(
        buffer: JournalBuffer = JournalBuffer()
    ) throws(JournalError) -> JournalReader {
        try JournalReader(path: journal, isHeld: holder != nil, buffer: buffer)
    }

    /// Whether a supervisor holds the journal's lock: 1 yes, 0 no, or a negated errno.
    func isJournalLocked() -> Int32 {
        let file = Descriptor(
            holder == nil
                ? linux_open_regular(journal, O_RDONLY) : linux_open_held(journal, O_RDONLY))
        return file.number < 0 ? file.number : linux_is_locked(file.number)
    }
    /// The FIFO that `$JOBD_PROGRESS` names. For an attempt that runs as somebody
    /// else it is at another place, since nobody else gets into this directory.
    package let progress: String
    /// The command's input, when all of it was given with it. Open input is
    /// elsewhere: `LaunchSpec.input`.
    package var stdin: String { "\(path)/stdin" }

    /// Makes the directory, those above it, the FIFOs, and the file of input if
    /// there is any; only this user may look at them. What an attempt that never
    /// started left there is replaced.
    ///
    /// - Parameter owner: who may write progress; nil: this user.
    package func create(stdin input: [UInt8]?, owner: UInt32? = nil) throws(LaunchError) {
        try makeDirectories(path)
        try makeProgressDirectory()
        try removeTransient()
        for fifo in [control, progress] {
            try check(linux_make_fifo(fifo, 0o600), "make", fifo)
        }
        // Not followed: what is there was made just now, where nobody else can write.
        if let owner, lchown(progress, owner, gid_t.max) == -1 {
            throw LaunchError(operation: "give away", path: progress, code: errno)
        }
        if let input { try write(input) }
    }

    /// Removes what only a running attempt needs: FIFOs and input.
    package func removeTransient() throws(LaunchError) {
        for file in ["\(path)/control", progress, stdin] { try removeFile(file) }
    }

    /// Removes everything. It is no error if there is nothing.
    package func remove() throws(LaunchError) {
        try removeTransient()
        try removeFile(journal)
        if rmdir(path) == -1, errno != ENOENT {
            throw LaunchError(operation: "remove", path: path, code: errno)
        }
    }

    /// Where all may pass and nobody may look around.
    private func makeProgressDirectory() throws(LaunchError) {
        guard let end = progress.lastIndex(of: "/"), progress[..<end] != path[...] else { return }
        let place = String(progress[..<end])
        try makeDirectories(place)
        guard let parent = place.lastIndex(of: "/") else { return }
        for directory in [String(place[..<parent]), place] {
            var status = stat()
            if lstat(directory, &status) == -1 {
                throw LaunchError(operation: "look at", path: directory, code: errno)
            }
            guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid() else {
                throw LaunchError(operation: "use", path: directory, code: EPERM)
            }
            if status.st_mode & 0o777 != 0o711, chmod(directory, 0o711) == -1 {
                throw LaunchError(operation: "open", path: directory, code: errno)
            }
        }
    }

    private func makeDirectories(_ path: String) throws(LaunchError) {
        for end in path.indices.dropFirst() where path[end] == "/" {
            try makeDirectory(String(path[..<end]))
        }
        try makeDirectory(path)
    }

    private func makeDirectory(_ path: String) throws(LaunchError) {
        if mkdir(path, 0o700) == -1, errno != EEXIST {
            throw LaunchError(operation: "make", path: path, code: errno)
        }
    }

    private func removeFile(_ file: String) throws(LaunchError) {
        if unlink(file) == -1, errno != ENOENT {
            throw LaunchError(operation: "remove", path: file, code: errno)
        }
    }

    private func write(_ input: [UInt8]) throws(LaunchError) {
        let file = Descriptor(linux_open(stdin, O_WRONLY | O_CREAT | O_EXCL, 0o600))
        try check(file.number, "make", stdin)
        var done = 0
        while done < input.count {
            let count = input.withUnsafeBytes { bytes in
                linux_write(file.number, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            try check(Int32(clamping: count), "write", stdin)
            done += Int(count)
        }
    }

    private func check(
        _ result: Int32, _ operation: String, _ path: String
    ) throws(LaunchError) {
        if result < 0 { throw LaunchError(operation: operation, path: path, code: -result) }
    }
}
