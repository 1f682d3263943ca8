#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A line for `$JOBD_PROGRESS`.
enum ProgressLine {
    /// pipe(7): what is written in one go and is no longer than this is not mixed
    /// with what others write. POSIX promises 512, Linux 4096.
    static let limit = 4096

    /// The line that these words make.
    ///
    /// - Throws: `Trouble` when the first is no progress.
    static func bytes(_ words: [String]) throws -> [UInt8] {
        var words = words
        if words.first == "--" { words.removeFirst() }
        guard let first = words.first else {
            throw Trouble.usage("say how far: 42%, 3/10, or a JSON object")
        }
        guard isProgress(first) else {
            throw Trouble.usage(
                "'\(first)' is no progress: it must be 42, 42%, 3/10, or a JSON object")
        }
        // A bare number is a percentage; before a text it has to say so, or the two
        // together would be taken for a text.
        if words.count > 1, isNumber(first[...]) { words[0] += "%" }
        // What would end the line becomes a space.
        var line = Array(
            words.joined(separator: " ").utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        if line.count >= limit {
            guard !first.hasPrefix("{") else {
                throw Trouble.usage("the JSON object is longer than \(limit - 1) bytes")
            }
            line.removeSubrange((limit - 1)...)
            // No character is to be cut in two: 0b10xxxxxx continues one.
            while String(validating: line, as: UTF8.self) == nil { line.removeLast() }
        }
        return line + [UInt8(ascii: "\n")]
    }

    /// Writes the line in one go.
    ///
    /// - Throws: `Trouble` when nobody takes it.
    static func write(_ line: [UInt8], to path: String) throws {
        // Non-blocking, to be told (ENXIO) when a pipe has no reader, instead of
        // waiting for one.
        let descriptor = open(path, O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw trouble(path) }
        defer { close(descriptor) }
        while systemWrite(descriptor, line, line.count) != line.count {
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // The supervisor is behind; it will read.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            default: throw trouble(path)
            }
        }
    }

    private static func trouble(_ path: String) -> Trouble {
        Trouble(
            message: "cannot write to $JOBD_PROGRESS (\(path)): "
                + "\(String(cString: strerror(errno))); is the job still running?",
            status: ExitStatus.failed)
    }

    private static func isProgress(_ word: String) -> Bool {
        if word.hasPrefix("{") { return word.hasSuffix("}") }
        let parts = word.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isNumber(word.hasSuffix("%") ? parts[0].dropLast() : parts[0])
        case 2: return isNumber(parts[0]) && isNumber(parts[1])
        default: return false
        }
    }

    private static func isNumber(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, (0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            && Double(text) != nil
    }
}

/// write(2); a type's own `write` hides it by name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
