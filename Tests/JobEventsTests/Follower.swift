import Foundation
import JobAPI
import JobEvents
import JobTestSupport
import JobModel

/// A client as it is out there: it receives part of what is sent, loses its
/// connection, and comes back with the last id that it has received whole.
struct Follower {
    let scope: EventScope
    let encoding: EventEncoding
    /// How often the connection is lost, of a hundred steps.
    let cutPercent: Int
    private(set) var cursor: EventID
    /// The frames received whole.
    private(set) var received: [UInt8] = []
    private(set) var connections = 0
    private var random: SeededGenerator

    init(
        _ scope: EventScope, _ encoding: EventEncoding, after cursor: EventID, cutPercent: Int,
        _ random: SeededGenerator
    ) {
        self.scope = scope
        self.encoding = encoding
        self.cursor = cursor
        self.cutPercent = cutPercent
        self.random = random
    }

    /// Follows until the stream ends, a frame contains `sentinel`, or the task is
    /// cancelled.
    mutating func follow(_ log: EventLog, until sentinel: String? = nil) async throws {
        while !Task.isCancelled {
            if try await connect(log, sentinel) { return }
        }
    }

    /// One connection; whether everything has been received.
    private mutating func connect(_ log: EventLog, _ sentinel: String?) async throws -> Bool {
        connections += 1
        let listener = Listener()
        return try await withTaskCancellationHandler {
            var feed = try await log.feed(
                of: scope, as: encoding, after: cursor, listener: listener)
            while true {
                let isCut = Int.random(in: 0..<100, using: &random) < cutPercent
                // Somebody closes it while it waits or works.
                if isCut, Bool.random(using: &random) { Task { listener.close() } }
                switch try await feed.next() {
                case .closed: return false
                case .beat: continue
                case .frames(let frames, let last, let ended):
                    let size =
                        isCut ? Int.random(in: 0...frames.count, using: &random) : frames.count
                    let isSeen = receive(frames.prefix(size), sentinel)
                    if size == frames.count {
                        guard cursor == last else { throw WrongCursor(told: last, seen: cursor) }
                        if ended || isSeen { return true }
                    }
                    if isCut { return false }
                }
            }
        } onCancel: {
            listener.close()
        }
    }

    /// The feed's cursor is not that of the last frame it gave.
    struct WrongCursor: Error {
        let told: EventID
        let seen: EventID
    }

    /// Keeps the frames that have come whole; whether one has the sentinel.
    private mutating func receive(_ bytes: ArraySlice<UInt8>, _ sentinel: String?) -> Bool {
        let opening = encoding == .jsonLines ? "{\"id\":" : "id: "
        var isSeen = false
        for frame in frames(bytes) {
            received += frame
            // Only readings are long, and the sentinel is none.
            let beginning = String(decoding: frame.prefix(200), as: UTF8.self)
            if let sentinel, frame.count < 200, beginning.contains(sentinel) { isSeen = true }
            let digits = beginning.dropFirst(opening.count).prefix { $0.isNumber }
            cursor = EventID(rawValue: Int64(digits) ?? -1)
        }
        return isSeen
    }

    /// The whole frames: each ends with an empty line, or in JSON Lines with the
    /// line.
    private func frames(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let newline = UInt8(ascii: "\n")
        var frames: [ArraySlice<UInt8>] = []
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            var start = 0
            var next = 0
            while let found = memchr(base + next, Int32(newline), buffer.count - next) {
                next = UnsafeRawPointer(found) - base + 1
                let isEmpty = next - 1 > start && buffer[next - 2] == newline
                guard encoding == .jsonLines || isEmpty else { continue }
                frames.append(bytes[(bytes.startIndex + start)..<(bytes.startIndex + next)])
                start = next
            }
        }
        return frames
    }
}
