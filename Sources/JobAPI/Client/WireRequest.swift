#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// A document that the daemon takes.
public protocol WireRequest: Encodable, Sendable {}

extension WireRequest {
    /// The request's body.
    ///
    /// - Throws: `EncodingError` when a number is not finite.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { time, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(time.wireTime)
        }
        return Array(try encoder.encode(self))
    }
}
