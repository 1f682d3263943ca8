import JobAPI
import JobEvents
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
        // A frame ends with an empty line, or in JSON Lines with the line.
        let ending = encoding == .jsonLines ? "\n" : "\n\n"
        let opening = encoding == .jsonLines ? "{\"id\":" : "id: "
        var rest = String(decoding: bytes, as: UTF8.self).utf8[...]
        var isSeen = false
        while let end = rest.firstRange(of: ending.utf8)?.upperBound {
            let frame = Substring(rest[..<end])
            rest = rest[end...]
            received += frame.utf8
            if let sentinel, frame.contains(sentinel) { isSeen = true }
            let digits = frame.dropFirst(opening.count).prefix { $0.isNumber }
            cursor = EventID(rawValue: Int64(digits) ?? -1)
        }
        return isSeen
    }
}
