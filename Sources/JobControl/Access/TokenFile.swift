import CLinux

#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// A file that a user named as one with a token in it.
enum TokenFile {
    /// Far more than any token has, in bytes: what is not a token's file is not
    /// read to its end.
    static let limit = 4096

    /// The file's text. `/dev/stdin` and a shell's `<(…)` are files, too.
    ///
    /// - Throws: `Trouble` when it cannot be read, or is too long.
    static func read(_ path: String) throws -> String {
        let descriptor = linux_open(path, O_RDONLY, 0)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(-descriptor))
            throw Trouble.usage("cannot read the token file \(path): \(reason)")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: limit)
        while bytes.count <= limit {
            let count = linux_read(descriptor, &part, part.count)
            guard count >= 0 else { throw Trouble.usage("cannot read the token file \(path)") }
            if count == 0 { break }
            bytes += part[..<Int(count)]
        }
        guard bytes.count <= limit else { throw Trouble.usage("\(path) is not a token file") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
