// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Glibc
import JobModel

/// The daemon's own files in its state directory: opened without being led
/// elsewhere, and readable to nobody else. In them are tokens' digests, the
/// environment of commands and their output.
enum StateFiles {
    /// Checks the directory, which others must not be able to put files into.
    ///
    /// - Throws: `StartError` saying what is wrong and what to do.
    static func check(_ state: StateDirectory) throws {
        // It may itself be a link: systemd's DynamicUser= makes one.
        var status = stat()
        guard stat(state.path, &status) == 0 else { throw failure(state.path, errno) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw StartError(
                .cannotCreate,
                "The state directory \(state.path) belongs to user \(status.st_uid), who could "
                    + "change what jobd runs. Give it to the daemon's user with chown, or choose "
                    + "another with --state-dir.")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw StartError(
                .cannotCreate,
                "Others may write to the state directory \(state.path), and so change what jobd "
                    + "runs. Forbid it with: chmod go-w \(state.path)")
        }
        guard lstat(state.jobs, &status) == 0 else { throw failure(state.jobs, errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw link(state.jobs) }
        // To pass through it is no harm: a job's command may be another user's.
        if status.st_mode & 0o066 != 0, chmod(state.jobs, status.st_mode & 0o711) != 0 {
            throw failure(state.jobs, errno)
        }
    }

    /// Opens a file, which others can no longer read then.
    ///
    /// - Throws: `StartError` when it is a link, or no file, or somebody else's.
    static func open(_ path: String, _ flags: CInt) throws -> CInt {
        // O_NONBLOCK: one that is a pipe must not hold the daemon up.
        let descriptor = Glibc.open(
            path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? link(path) : failure(path, errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw link(path)
        }
        if status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 {
            let code = errno
            close(descriptor)
            throw failure(path, code)
        }
        return descriptor
    }

    /// Whether there is something of that name, be it a link to nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Writes a file anew, in one step: at no moment is it there in part, or for
    /// others to read, and what stood in its place is not written to.
    ///
    /// - Throws: `StartError` when it cannot be written.
    static func replace(_ path: String, with text: String) throws {
        let draft = path + ".new"
        // One that was left by a daemon that died meanwhile.
        unlink(draft)
        let descriptor = Glibc.open(
            draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(draft, errno) }
        let bytes = Array(text.utf8)
        let isWritten =
            write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let error = failure(path, isWritten ? errno : code)
            unlink(draft)
            throw error
        }
        // The name too is to survive a power cut: fsync(2).
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func failure(_ path: String, _ code: CInt) -> StartError {
        StartError(
            .cannotCreate,
            "\(path) cannot be written: \(String(cString: strerror(code))). Choose another "
                + "directory with --state-dir.")
    }

    private static func link(_ path: String) -> StartError {
        StartError(
            .cannotCreate,
            "\(path) is not what jobd has made, but a link or of another kind, and could lead it "
                + "to write elsewhere. Remove it.")
    }
}
