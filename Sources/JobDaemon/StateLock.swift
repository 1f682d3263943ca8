import Foundation
import Glibc
import JobModel

/// Holds a state directory for one daemon: two on the same would run every job
/// twice.
final class StateLock {
    private let descriptor: CInt

    /// Makes the directory, if need be, and locks it until the process ends.
    ///
    /// - Throws: `StartError` when it cannot be written or is locked.
    init(_ state: StateDirectory) throws {
        if let code = Self.makeDirectories(state.jobs) {
            throw StartError(
                .cannotCreate,
                "The state directory \(state.path) cannot be made: "
                    + "\(String(cString: strerror(code))). Choose another with --state-dir.")
        }
        try StateFiles.check(state)
        descriptor = try StateFiles.open(state.lock, O_RDWR | O_CREAT)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // Only a help to whoever reads the message.
            let owner = (try? String(contentsOfFile: state.lock, encoding: .utf8)) ?? ""
            let pid = owner.isEmpty ? "" : " (process \(owner.trimmingCharacters(in: .newlines)))"
            throw StartError(
                .cannotCreate,
                "Another jobd\(pid) runs on the state directory \(state.path). "
                    + "Stop it, or choose another with --state-dir.")
        }
        // Written before the rest is cut off, so that it takes no new block on a full
        // disk; without it, only the message above says less.
        let pid = Array("\(getpid())\n".utf8)
        if pwrite(descriptor, pid, pid.count, 0) == pid.count {
            ftruncate(descriptor, off_t(pid.count))
        } else if errno != ENOSPC, errno != EDQUOT {
            throw StartError(
                .cannotCreate,
                "The state directory \(state.path) cannot be written: "
                    + "\(String(cString: strerror(errno))).")
        }
        // SQLite gives its other files the mode of this one, and the database
        // holds what commands are given in their environment.
        close(try StateFiles.open(state.database, O_RDWR | O_CREAT))
        for suffix in ["-wal", "-shm"] where StateFiles.exists(state.database + suffix) {
            close(try StateFiles.open(state.database + suffix, O_RDWR))
        }
    }

    // Also when `init` has thrown after the descriptor was there.
    deinit {
        close(descriptor)
    }

    /// mkdir(2) for a path and all above it that is missing; why it failed, as an
    /// errno, or nil.
    private static func makeDirectories(_ path: String) -> CInt? {
        var prefix = ""
        for name in path.split(separator: "/") {
            prefix += "/\(name)"
            if mkdir(prefix, 0o700) != 0, errno != EEXIST {
                let code = errno
                // Above it may be what nobody may write to, as long as it is there.
                if access(prefix, F_OK) != 0 { return code }
            }
        }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return errno }
        close(directory)
        return nil
    }
}
