import Foundation

/// One event of a stream, as it came.
public struct TestEvent: Equatable, Sendable {
    public var id: String?
    public var event: String?
    public var data: String

    /// The data as JSON.
    public var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(data.utf8))) as? [String: Any] ?? [:]
    }
}

/// Cuts a stream into events, by the rules of WHATWG HTML §9.2.6 as far as the
/// daemon's own form needs them.
public struct TestEventParser {
    private var pending = ""
    /// Comment lines that were seen.
    public private(set) var comments = 0
    /// The reconnection time that was told, in milliseconds.
    public private(set) var retry: Int?

    public init() {}

    /// The events that are complete with these bytes.
    public mutating func feed(_ bytes: [UInt8]) -> [TestEvent] {
        pending += String(decoding: bytes, as: UTF8.self)
        var events: [TestEvent] = []
        while let end = pending.range(of: "\n\n") {
            let block = pending[..<end.lowerBound]
            pending = String(pending[end.upperBound...])
            var event = TestEvent(data: "")
            var data: [Substring] = []
            for line in block.split(separator: "\n", omittingEmptySubsequences: true) {
                if line.hasPrefix(":") {
                    comments += 1
                } else if line.hasPrefix("retry: ") {
                    retry = Int(line.dropFirst(7))
                } else if line.hasPrefix("id: ") {
                    event.id = String(line.dropFirst(4))
                } else if line.hasPrefix("event: ") {
                    event.event = String(line.dropFirst(7))
                } else if line.hasPrefix("data: ") {
                    data.append(line.dropFirst(6))
                }
            }
            event.data = data.joined(separator: "\n")
            if !data.isEmpty { events.append(event) }
        }
        return events
    }
}
