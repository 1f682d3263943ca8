internal import Glibc

/// How a process has opened a file, and where in it it is: proc_pid_fdinfo(5).
struct FileOpening: Hashable {
    /// In bytes from the file's beginning.
    let position: Int64
    /// What open(2) was given.
    private let flags: Int64

    /// Nil if that is not what `text` says.
    init?(_ text: String) {
        var position: Int64?
        var flags: Int64?
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
            guard words.count == 2 else { continue }
            if words[0] == "pos" { position = Int64(words[1]) }
            if words[0] == "flags" { flags = Int64(words[1], radix: 8) }
        }
        guard let position, let flags, position >= 0 else { return nil }
        self.position = position
        self.flags = flags
    }

    /// Whether it may be read, and was not opened to be added to.
    var isForReading: Bool {
        flags & Int64(O_ACCMODE) != Int64(O_WRONLY) && flags & Int64(O_APPEND) == 0
            && flags & Self.pathOnly == 0
    }

    /// O_PATH of open(2), which Swift does not see: such a descriptor only names
    /// the file.
    private static let pathOnly: Int64 = 0o10_000_000
}
