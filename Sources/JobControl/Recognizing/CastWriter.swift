import JobAPI
import ProgressRecognition

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes a recording of what a command prints: asciicast version 2, as
/// `CastReader` reads it and a player plays it. What the command writes to
/// `$JOBD_PROGRESS` is not in it: a recording is of output.
final class CastWriter {
    private let file: UnsafeMutablePointer<FILE>
    private let path: String
    /// The beginning of a character that is not whole, of each stream.
    private var pending: [OutputChannel: [UInt8]] = [:]
    private var end: Int64 = 0

    /// Begins a recording, over what is in the file.
    ///
    /// - Throws: `Trouble` when it cannot be written.
    init(
        _ path: String, of command: [String], size: Console.Size, usesTerminal: Bool,
        startedAt seconds: Int64
    ) throws {
        guard let file = fopen(path, "we") else { throw Self.trouble(path) }
        self.file = file
        self.path = path
        var json = JSONWriter()
        let program = command.first?.split(separator: "/").last.map(String.init) ?? ""
        json.object {
            $0.member("version", 2)
            $0.member("width", size.columns)
            $0.member("height", size.rows)
            $0.member("timestamp", seconds)
            $0.member("command", ShellQuoting.line(.arguments(command)))
            $0.member("title", program + (usesTerminal ? ", under a terminal" : ", piped"))
        }
        try write(json.bytes)
    }

    deinit { fclose(file) }

    /// Adds what was written.
    ///
    /// - Throws: `Trouble` when it cannot be written.
    func write(_ part: OutputPart) throws {
        guard part.channel != .direct else { return }
        end = part.time
        var bytes = (pending[part.channel] ?? []) + part.bytes
        let whole = bytes.count - Self.unfinished(bytes)
        pending[part.channel] = Array(bytes[whole...])
        bytes.removeLast(bytes.count - whole)
        try write(bytes, part.channel)
    }

    /// Ends the recording.
    ///
    /// - Throws: `Trouble` when it could not be written.
    func finish() throws {
        for (channel, bytes) in pending { try write(bytes, channel) }
        pending = [:]
        guard fflush(file) == 0 else { throw Self.trouble(path) }
    }

    private func write(_ bytes: [UInt8], _ channel: OutputChannel) throws {
        guard !bytes.isEmpty else { return }
        let fraction = String(1_000_000 + end % 1_000_000).dropFirst()
        var json = JSONWriter(capacity: bytes.count + 64)
        json.array {
            $0.raw("\(end / 1_000_000).\(fraction)")
            $0.value(channel == .stderr ? "e" : "o")
            // JSON is text: what is none is lost.
            $0.value(String(decoding: bytes, as: UTF8.self))
        }
        try write(json.bytes)
    }

    private func write(_ json: [UInt8]) throws {
        let line = json + [UInt8(ascii: "\n")]
        guard fwrite(line, 1, line.count, file) == line.count else {
            throw Self.trouble(path)
        }
    }

    /// How many bytes at the end begin a character without ending it: UTF-8, RFC
    /// 3629 §3.
    private static func unfinished(_ bytes: [UInt8]) -> Int {
        for (index, byte) in bytes.suffix(3).reversed().enumerated() {
            let length =
                switch byte {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0...0xF4: 4
                // One that continues a character: look further back.
                case 0x80...0xBF: 0
                default: 1
                }
            if length > 0 { return length > index + 1 ? index + 1 : 0 }
        }
        return 0
    }

    private static func trouble(_ path: String) -> Trouble {
        Trouble(
            message: "cannot write \(path): \(String(cString: strerror(errno)))",
            status: ExitStatus.failed)
    }
}
