#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

import ProgressRecognition

/// Reads a recording of a terminal: asciicast, version 2 or 3
/// (docs.asciinema.org/manual/asciicast/v2). A line of header, then one array for
/// each event: seconds, code, text. The code `o` is output; `e` is what went to
/// standard error, as recordings have it that were made without a terminal. The
/// other codes are not output.
struct CastReader {
    /// The longest header there is, in bytes.
    private static let longestHeader = 65_536
    /// The latest time that is believed, in seconds: ten years.
    private static let longestTime = 3.2e8

    /// Whether times count from the event before, as in version 3.
    private let isRelative: Bool
    private var seconds = 0.0
    private var line = 1
    private var pending: [UInt8] = []

    /// What the beginning of something turns out to be.
    enum Beginning {
        /// A recording: its reader, and what comes after its header.
        case recording(CastReader, rest: [UInt8])
        case somethingElse
        /// There is too little of it to tell.
        case unknown
    }

    /// What these first bytes begin.
    static func beginning(_ bytes: [UInt8]) -> Beginning {
        guard let first = bytes.first else { return .unknown }
        guard first == UInt8(ascii: "{") else { return .somethingElse }
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            return bytes.count > longestHeader ? .somethingElse : .unknown
        }
        // Not JSON, or JSON of some other kind: output like any other.
        guard let header = try? JSONDecoder().decode(Header.self, from: Data(bytes[..<end])),
            header.isKnown
        else { return .somethingElse }
        return .recording(
            CastReader(isRelative: header.version == 3), rest: Array(bytes[(end + 1)...]))
    }

    private init(isRelative: Bool) {
        self.isRelative = isRelative
    }

    /// The output in what comes next.
    ///
    /// - Throws: `Trouble` when it is no event.
    mutating func parts(_ bytes: [UInt8]) throws -> [OutputPart] {
        pending += bytes
        var parts: [OutputPart] = []
        var rest = pending[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            if let part = try part(rest[..<end]) { parts.append(part) }
            rest = rest[(end + 1)...]
        }
        pending = Array(rest)
        return parts
    }

    /// A last event without a line end.
    mutating func rest() throws -> [OutputPart] {
        defer { pending = [] }
        return try part(pending[...]).map { [$0] } ?? []
    }

    private mutating func part(_ text: ArraySlice<UInt8>) throws -> OutputPart? {
        line += 1
        // A comment, in version 3.
        guard text.first != UInt8(ascii: "#"), !JSONText.trim(text).isEmpty else { return nil }
        guard let event = try? JSONDecoder().decode(Event.self, from: Data(text)),
            (0...Self.longestTime).contains(event.seconds)
        else {
            throw Trouble(
                message: "line \(line) of the recording is not [seconds, code, text]",
                status: ExitStatus.failed)
        }
        seconds = min(isRelative ? seconds + event.seconds : event.seconds, Self.longestTime)
        let channel: OutputChannel
        switch event.code {
        case "o": channel = .stdout
        case "e": channel = .stderr
        default: return nil
        }
        return OutputPart(
            channel: channel, time: Int64((seconds * 1_000_000).rounded()),
            bytes: Array(event.text.utf8))
    }

    private struct Header: Decodable {
        var version: Int
        /// The terminal's width, in version 2.
        var width: Int?
        /// The terminal, in version 3.
        var term: Terminal?

        struct Terminal: Decodable {}

        var isKnown: Bool { version == 2 && width != nil || version == 3 && term != nil }
    }

    private struct Event: Decodable {
        var seconds: Double
        var code: String
        var text: String

        init(from decoder: any Decoder) throws {
            var elements = try decoder.unkeyedContainer()
            seconds = try elements.decode(Double.self)
            code = try elements.decode(String.self)
            // Only that of output has to be text.
            text = code == "o" || code == "e" ? try elements.decode(String.self) : ""
        }
    }
}
