import Foundation

/// One event of a stream, as it came.
package struct TestEvent: Equatable, Sendable {
    package var id: String?
    package var event: String?
    package var data: String

    /// The data as JSON.
    package var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(data.utf8))) as? [String: Any] ?? [:]
    }
}

/// Cuts a stream into events, by the rules of WHATWG HTML §9.2.6 as far as the
/// daemon's own form needs them.
package struct TestEventParser {
    private var pending = ""
    /// Comment lines that were seen.
    package private(set) var comments = 0
    /// The reconnection time that was told, in milliseconds.
    package private(set) var retry: Int?

    package init() {}

    /// The events that are complete with these bytes.
    package mutating func feed(_ bytes: [UInt8]) -> [TestEvent] {
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
