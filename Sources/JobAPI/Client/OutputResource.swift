#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A piece of what a job wrote.
public struct OutputResource: WireResource, Hashable {
    /// Which of its streams it wrote to: `stdout` or `stderr`.
    public var stream: Stream
    /// When it was written.
    public var time: Date?
    /// What was written, exactly.
    public var bytes: [UInt8]

    /// One of a command's two output streams.
    public enum Stream: String, Hashable, Sendable, Codable, CaseIterable {
        /// Standard output; a terminal's output as well.
        case stdout
        /// Standard error.
        case stderr
    }

    private enum CodingKeys: String, CodingKey {
        case stream, time, text, base64
    }

    /// Reads a piece. Bytes that are not UTF-8 cannot be told in `text`; where a
    /// daemon sends them in `base64` as well, those are the ones taken.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        stream = try container.decode(Stream.self, forKey: .stream)
        time = try container.decodeIfPresent(Date.self, forKey: .time)
        if let encoded = try container.decodeIfPresent(String.self, forKey: .base64) {
            guard let data = Data(base64Encoded: encoded) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .base64, in: container, debugDescription: "not base64")
            }
            bytes = Array(data)
        } else {
            bytes = Array(try container.decode(String.self, forKey: .text).utf8)
        }
    }
}
