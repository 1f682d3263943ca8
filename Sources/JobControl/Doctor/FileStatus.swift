#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// What a file is and who may do what with it.
struct FileStatus: Hashable, Sendable {
    /// What kinds there are that make a difference.
    enum Kind: Sendable {
        case file, directory, symbolicLink, socket, other
    }

    var kind: Kind
    /// The twelve bits that chmod(2) sets.
    var mode: UInt32
    var owner: UInt32
    var group: UInt32

    /// Why a file cannot be looked at.
    enum Failure: Error {
        case absent
        /// In a directory that this user may not search.
        case hidden
    }

    /// Looks at a file, or at what a symbolic link leads to (lstat(2), stat(2)).
    static func of(
        _ path: String, followingLinks: Bool = false
    ) -> Result<FileStatus, Failure> {
        var status = stat()
        let result = followingLinks ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { return .failure(errno == EACCES ? .hidden : .absent) }
        return .success(FileStatus(status))
    }

    private init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFSOCK: .socket
            default: .other
            }
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        group = status.st_gid
    }

    /// The mode as chmod(1) takes it.
    var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
