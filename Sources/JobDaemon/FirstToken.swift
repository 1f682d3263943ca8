// Where this target finds `stat`, by the ways of Clang's modules.
import CDispatch
import Glibc
import JobHTTP
import JobModel
import Logging

/// The token that the daemon makes by itself, so that somebody can begin: an
/// admin's, in a file that only the daemon's user can read.
struct FirstToken {
    let path: String
    let book: TokenBook
    let logger: Logger

    /// Makes it anew unless the file is there and its token good.
    ///
    /// - Throws: `StartError` when the file cannot be written, or the store's error.
    func ensure() async throws {
        if let text = read(), case .valid = book.find(text) { return }
        // Should the daemon die between the two, the next finds the file not good.
        let (_, text) = try await book.create(.first, replaces: true)
        try StateFiles.replace(path, with: text + "\n")
        logger.notice("A new admin token is in \(path)")
    }

    /// What the file says; nil when it is not there, or may be somebody else's work
    /// or knowledge.
    private func read() -> String? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno != ENOENT { warn() }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & 0o077 == 0
        else {
            warn()
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].prefix { $0 > 0x20 }, as: UTF8.self)
    }

    private func warn() {
        logger.warning(
            "\(path) was a link, or others could read it: it is replaced, and its token no longer good"
        )
    }
}
