// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Glibc
import JobModel

/// The file that holds what was sent to a job's input.
struct InputFile: Sendable {
    let path: String

    func exists() throws -> Bool {
        if access(path, F_OK) == 0 { return true }
        if errno == ENOENT { return false }
        throw failure("found")
    }

    /// In bytes; 0 when there is no file.
    func size() throws -> Int64 {
        var status = stat()
        if stat(path, &status) == 0 { return Int64(status.st_size) }
        if errno == ENOENT { return 0 }
        throw failure("read")
    }

    /// Makes the file, if need be, and appends bytes; they are on the disk when
    /// this returns. If it fails the file is as it was.
    ///
    /// - Parameter size: how long the file is.
    func append(_ bytes: ArraySlice<UInt8>, at size: Int64) throws {
        let descriptor = try make()
        defer { close(descriptor) }
        var rest = bytes
        var offset = size
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset))
            }
            if count < 0 { throw undone(descriptor, to: size) }
            rest = rest.dropFirst(count)
            offset += Int64(count)
        }
        if fdatasync(descriptor) != 0 { throw undone(descriptor, to: size) }
    }

    /// The error, after the file was made as long as it was.
    private func undone(_ descriptor: CInt, to size: Int64) -> JobError {
        let error = failure("written")
        // To make a file shorter takes no room.
        _ = ftruncate(descriptor, off_t(size))
        return error
    }

    /// The job may not have started, and so have no directory yet.
    private func make() throws -> CInt {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC
        var descriptor = open(path, flags, 0o600)
        if descriptor < 0, errno == ENOENT {
            let directory = path.split(separator: "/").dropLast().joined(separator: "/")
            if mkdir("/\(directory)", 0o700) != 0, errno != EEXIST { throw failure("written") }
            descriptor = open(path, flags, 0o600)
        }
        if descriptor < 0 { throw failure("written") }
        return descriptor
    }

    private func failure(_ what: String) -> JobError {
        let code = errno
        if code == ENOSPC || code == EDQUOT {
            return JobError(
                .storageFull,
                "The disk that holds the state directory is full. Make room and try again.")
        }
        return JobError(
            .unavailable,
            "The job's input cannot be \(what): \(String(cString: strerror(code))).")
    }
}
