import CLinux
import Glibc
import JobModel
import Synchronization

/// Room that is kept for what ends jobs and makes room again, when others fill the
/// disk.
///
/// While the daemon runs it is the blocks of the write-ahead log, allocated beyond its
/// end (fallocate(2), FALLOC_FL_KEEP_SIZE), where nobody else gets at them; what makes
/// the history grow is refused before it would take them. While it does not run, the
/// log is gone, and a file keeps as much for the next start. File systems that cannot
/// allocate have none.
final class DiskReserve: Sendable {
    private let database: String
    private let file: String?
    private let hasGivenUpFile = Mutex(false)

    /// - Parameters:
    ///   - database: the database's path.
    ///   - file: where room is kept while nothing runs; nil: nowhere.
    init(database: String, file: String?) {
        self.database = database
        self.file = file
    }

    /// Gives up the file, if there is little else: what a start writes finds room.
    func release() {
        guard let file, space().available < Self.fileSize(space().total) else { return }
        if unlink(file) == 0 { hasGivenUpFile.withLock { $0 = true } }
    }

    /// Takes room for the log, which has to be there already; the file is not needed
    /// any more then. Taken anew whenever the log was cut.
    func hold() {
        guard let file else { return }
        let log = open("\(database)-wal", O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard log >= 0 else { return }
        defer { close(log) }
        if allocate(log, Self.logSize(space().total)) { unlink(file) }
    }

    /// Keeps room for the next start, after the log was removed.
    func keep() {
        guard let file else { return }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if !allocate(descriptor, Self.fileSize(space().total)) { unlink(file) }
    }

    /// Whether the disk has less room than what makes the history grow has to leave.
    var isShort: Bool {
        let space = space()
        return space.available < Self.least(space.total)
    }

    /// Allocates so much, or what there is: on a full disk that is what was just given
    /// up. Where it is refused, there is no reserve, which is no error.
    private func allocate(_ descriptor: Int32, _ size: UInt64) -> Bool {
        var start: UInt64 = 0
        var step = size
        while start < size, step >= Self.leastStep {
            switch linux_allocate(descriptor, start, min(step, size - start)) {
            case 0: start += step
            case -ENOSPC, -EDQUOT: step /= 2
            default: return false
            }
        }
        return start > 0
    }

    private static let leastStep: UInt64 = 32 << 10

    /// How much an ordinary user may still write beside the database, and how large
    /// that file system is, in bytes: statvfs(3).
    private func space() -> (available: UInt64, total: UInt64) {
        var status = statvfs()
        guard statvfs(database, &status) == 0 || statvfs(folder, &status) == 0 else {
            return (.max, .max)
        }
        let unit = UInt64(status.f_frsize)
        return (UInt64(status.f_bavail) * unit, UInt64(status.f_blocks) * unit)
    }

    private var folder: String {
        String(database[..<(database.lastIndex(of: "/") ?? database.startIndex)])
    }

    /// The log is emptied into the database when it has so much (a thousand pages,
    /// sqlite.org/wal.html#automatic_checkpoint), and written from its beginning again.
    private static func logSize(_ total: UInt64) -> UInt64 { min(4 << 20, total / 16) }

    /// The log's part, and what SQLite keeps beside it.
    private static func fileSize(_ total: UInt64) -> UInt64 { min(5 << 20, total / 12) }

    /// A job with the largest body there may be, in the log and in the database.
    private static func least(_ total: UInt64) -> UInt64 { min(4 << 20, total / 16) }
}
