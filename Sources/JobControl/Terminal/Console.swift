import CLinux
import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whoever reads the output has gone.
struct ClosedPipe: Error {}

/// Where a verb writes, and what can be drawn there.
struct Console: Sendable {
    /// Writes all of the bytes, in order.
    var write: @Sendable (OutputResource.Stream, [UInt8]) throws -> Void
    var outputIsTerminal: Bool
    var errorIsTerminal: Bool
    /// Whether colours are wanted where there is a terminal.
    var wantsColor: Bool
    /// Whether the terminal shows more than ASCII.
    var isUnicode: Bool
    /// How large the terminal is now.
    var size: @Sendable () -> Size
    /// Whether it shows progress of its own.
    var progressSupport = TerminalProgressSupport.none

    /// A terminal's size, in characters.
    struct Size: Hashable, Sendable {
        var columns: Int
        var rows: Int
    }

    /// How to draw on this stream.
    func style(on stream: OutputResource.Stream) -> Style {
        Style(
            isColored: wantsColor && isTerminal(stream), isUnicode: isUnicode)
    }

    /// Whether this stream is a terminal.
    func isTerminal(_ stream: OutputResource.Stream) -> Bool {
        switch stream {
        case .stdout: outputIsTerminal
        case .stderr: errorIsTerminal
        }
    }

    /// Writes a line to standard output.
    func line(_ text: String) throws {
        try write(.stdout, Array(text.utf8) + [UInt8(ascii: "\n")])
    }

    /// Writes a document to standard output, with a line end.
    func line(_ json: [UInt8]) throws {
        try write(.stdout, json.last == UInt8(ascii: "\n") ? json : json + [UInt8(ascii: "\n")])
    }

    /// Tells the user something on standard error. That nobody reads it is no
    /// reason to fail.
    func note(_ text: String) {
        try? write(.stderr, Array("jobctl: \(DisplayText.clean(text))\n".utf8))
    }
}

extension Console {
    /// The process's own.
    static let system = Console(
        write: { stream, bytes in
            try writeAll(bytes, to: stream == .stdout ? STDOUT_FILENO : STDERR_FILENO)
        },
        outputIsTerminal: isatty(STDOUT_FILENO) == 1 && !isDumb,
        errorIsTerminal: isatty(STDERR_FILENO) == 1 && !isDumb,
        // no-color.org: any value but the empty one.
        wantsColor: variable("NO_COLOR").isEmpty,
        isUnicode: isUnicodeLocale,
        size: { terminalSize() },
        progressSupport: TerminalProgressSupport(
            environment: ProcessInfo.processInfo.environment))

    private static func variable(_ name: String) -> String {
        getenv(name).map { String(cString: $0) } ?? ""
    }

    private static var isDumb: Bool { variable("TERM") == "dumb" }

    /// locale(7): the first of these that is set decides.
    private static var isUnicodeLocale: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.map(variable).first { !$0.isEmpty }
        let name = (locale ?? "").lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    private static func terminalSize() -> Size {
        var size = winsize()
        for descriptor in [STDERR_FILENO, STDOUT_FILENO]
        where ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
            return Size(columns: Int(size.ws_col), rows: max(Int(size.ws_row), 1))
        }
        return Size(columns: Int(variable("COLUMNS")) ?? 80, rows: 24)
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                systemWrite(
                    descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written >= 0 {
                offset += written
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Whoever shares this descriptor made it non-blocking.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            case EPIPE: throw ClosedPipe()
            default:
                throw Trouble(
                    message: "cannot write: \(String(cString: strerror(errno)))",
                    status: ExitStatus.failed)
            }
        }
    }
}

/// write(2); a type's own `write` hides it by name.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    guard let bytes else { return 0 }
    return write(descriptor, bytes, count)
}
