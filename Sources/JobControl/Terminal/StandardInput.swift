import CLinux

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// jobctl's own standard input, for that of a job.
enum StandardInput {
    /// Whether something is piped in. Not so when it is a terminal, a device as
    /// /dev/null, or closed.
    static var isPiped: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        return [S_IFIFO, S_IFSOCK, S_IFREG].contains(status.st_mode & S_IFMT)
    }

    /// How long nothing may come, in milliseconds, before a job is submitted without
    /// the rest, which follows it.
    private static let patience: Int32 = 300

    /// All of it, if that ends soon and within so many bytes, else its beginning.
    struct Start {
        var bytes: [UInt8]
        var isWhole: Bool

        /// The text that it is; nil when it is none, or not all of it.
        var text: String? {
            isWhole ? String(validating: bytes, as: UTF8.self) : nil
        }
    }

    /// The first bytes, at least `limit` of them if there are so many and they come
    /// without a pause. Who writes to the pipe may never close it, as with cron and CI:
    /// nobody waits for that.
    static func start(_ reader: DescriptorReader, limit: Int) async throws -> Start {
        var bytes: [UInt8] = []
        while bytes.count < limit, try await reader.comes(within: patience) {
            let part = try await reader.read()
            if part.isEmpty { return Start(bytes: bytes, isWhole: true) }
            bytes += part
        }
        return Start(bytes: bytes, isWhole: false)
    }
}
