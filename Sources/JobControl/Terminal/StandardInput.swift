#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is piped into jobctl, for the job's own input.
enum StandardInput {
    /// How much is taken. Whatever is longer is no request that a daemon takes.
    static let limit = 1 << 20
    /// How long nothing may come, in milliseconds, before the user is told what
    /// is being waited for.
    private static let patience: Int32 = 2000

    /// All that is piped in; nil when standard input is a terminal, a device as
    /// /dev/null, closed, or empty.
    ///
    /// - Throws: `Trouble` when it is too long or not text.
    static func read(console: Console) throws -> String? {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFIFO, S_IFSOCK, S_IFREG: break
        default: return nil
        }
        return try text(of: bytes(console: console))
    }

    /// What the bytes say; nil when there are none.
    static func text(of bytes: [UInt8]) throws -> String? {
        guard bytes.count <= limit else {
            throw Trouble.usage(
                "standard input is longer than 1 MiB; put it into a file and let the command "
                    + "read that, or leave it with --no-stdin")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Trouble.usage(
                "standard input is not UTF-8 text; put it into a file and let the command "
                    + "read that, or leave it with --no-stdin")
        }
        return text.isEmpty ? nil : text
    }

    private static func bytes(console: Console) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var first = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        if poll(&first, 1, patience) == 0 {
            console.note("reading the job's input from standard input; --no-stdin if it has none")
        }
        // One byte too many is enough to know.
        while bytes.count <= limit {
            let count = systemRead(STDIN_FILENO, &chunk, chunk.count)
            if count > 0 {
                bytes.append(contentsOf: chunk[..<count])
            } else if count == 0 {
                break
            } else if errno == EAGAIN {
                _ = poll(&first, 1, -1)
            } else if errno != EINTR {
                throw Trouble(
                    message: "cannot read standard input: \(String(cString: strerror(errno)))",
                    status: ExitStatus.failed)
            }
        }
        return bytes
    }
}

/// read(2); a type's own `read` hides it by name.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int)
    -> Int
{
    read(descriptor, buffer, count)
}
