import GRDBSQLite
import Glibc
import Synchronization

/// Directories on a disk that is full: SQLite's own calls for writing there fail
/// with ENOSPC, at the point where a real disk would refuse them.
///
/// SQLite lets its system calls be replaced for exactly such tests
/// (sqlite.org/c3ref/vfs.html, xSetSystemCall). They are replaced once for the
/// whole process and pass on what is written elsewhere.
enum FullDisk {
    private static let directories = Mutex<Set<String>>([])

    /// Makes the disk full for `directory`, until `makeRoom`.
    static func fill(_ directory: String) throws {
        try replaced.get()
        directories.withLock { _ = $0.insert(directory) }
    }

    static func makeRoom(_ directory: String) {
        directories.withLock { _ = $0.remove(directory) }
    }

    struct NotReplaceable: Error {}

    private static let replaced = Result<Void, any Error> {
        guard let vfs = sqlite3_vfs_find("unix"), let replace = vfs.pointee.xSetSystemCall else {
            throw NotReplaceable()
        }
        // Which of them SQLite uses is decided when it is compiled; those that
        // it was compiled without cannot be replaced, and that is no matter.
        let results = [
            replace(vfs, "write", unsafeBitCast(write, to: sqlite3_syscall_ptr.self)),
            replace(vfs, "pwrite", unsafeBitCast(pwrite, to: sqlite3_syscall_ptr.self)),
            replace(vfs, "pwrite64", unsafeBitCast(pwrite, to: sqlite3_syscall_ptr.self)),
            replace(vfs, "fallocate", unsafeBitCast(allocate, to: sqlite3_syscall_ptr.self)),
        ]
        guard results.contains(SQLITE_OK) else { throw NotReplaceable() }
    }

    private static let write: @convention(c) (Int32, UnsafeRawPointer?, Int) -> Int = {
        descriptor, bytes, count in
        guard !isFull(descriptor) else { return refuse() }
        return Glibc.write(descriptor, bytes, count)
    }

    private static let pwrite: @convention(c) (Int32, UnsafeRawPointer?, Int, off_t) -> Int = {
        descriptor, bytes, count, offset in
        guard !isFull(descriptor) else { return refuse() }
        return Glibc.pwrite(descriptor, bytes, count, offset)
    }

    private static let allocate: @convention(c) (Int32, off_t, off_t) -> Int32 = {
        descriptor, offset, length in
        isFull(descriptor) ? ENOSPC : posix_fallocate(descriptor, offset, length)
    }

    private static func refuse() -> Int {
        errno = ENOSPC
        return -1
    }

    private static func isFull(_ descriptor: Int32) -> Bool {
        let full = directories.withLock { $0 }
        if full.isEmpty { return false }
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/fd/\(descriptor)", &path, path.count)
        guard length > 0 else { return false }
        let text = String(decoding: path[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return full.contains { text.hasPrefix($0 + "/") }
    }
}
