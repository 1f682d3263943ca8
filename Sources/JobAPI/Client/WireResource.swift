#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// A document that the daemon sends. Members that this version does not know are
/// passed over, so that a newer daemon can be spoken to.
public protocol WireResource: Decodable, Sendable {}

extension WireResource {
    /// Reads a JSON document.
    ///
    /// - Throws: `DecodingError` when it is not JSON or lacks a member.
    public init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let time = Date(wireTime: text) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "not an RFC 3339 time: \(text)")
            }
            return time
        }
        self = try decoder.decode(Self.self, from: Data(json))
    }
}

extension Date {
    /// Reads an RFC 3339 time, with or without a fraction of the second; nil when
    /// it is none.
    public init?(wireTime text: String) {
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Both attempts fail by throwing what nobody wants to read.
        if let time = try? Date(text, strategy: withFraction) {
            self = time
        } else if let time = try? Date(text, strategy: Date.ISO8601FormatStyle()) {
            self = time
        } else {
            return nil
        }
    }
}

extension Date {
    /// The RFC 3339 time in UTC that the daemon writes: with milliseconds.
    public var wireTime: String {
        // The style cuts what is finer, so that 0.123, which is a little less in
        // binary, would become 0.122.
        let time = Date(timeIntervalSince1970: timeIntervalSince1970 + 0.000_01)
        return time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
