/// Turns the bytes of a `text/event-stream` into events as they arrive, by the
/// rules of the WHATWG HTML standard, §9.2.5 and §9.2.6.
///
/// Chunks may be cut anywhere, within a character or between the CR and the LF of
/// one line end. An event that the stream's end left unfinished is never
/// delivered, so there is nothing to call at the end.
public struct ServerSentEventDecoder: Sendable {
    /// A stream that goes beyond what a decoder is willing to keep.
    public enum Failure: Error, Hashable, Sendable {
        /// A line, or the data of one event, is longer than `limit` bytes.
        case tooLong(limit: Int)
    }

    /// The id that a reconnection should name; empty when there is none.
    public private(set) var lastEventID: String
    /// The reconnection time that the stream asked for, in milliseconds.
    public private(set) var retryMilliseconds: Int?

    /// The longest line, and the most data of one event, in bytes.
    private let limit: Int
    /// The beginning of a line whose end has not arrived.
    private var partial: [UInt8] = []
    /// The value of the last `id` field, valid from the next blank line on.
    private var pendingID: String
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    /// Whether the last byte seen was a CR, which a LF may follow.
    private var endedWithCR = false
    private var isFirstLine = true

    /// A decoder at the start of a connection.
    ///
    /// - Parameters:
    ///   - lastEventID: The id carried over from the connection before.
    ///   - limit: The longest line, and the most data of one event, in bytes.
    public init(lastEventID: String = "", limit: Int = 8 << 20) {
        self.lastEventID = lastEventID
        pendingID = lastEventID
        self.limit = limit
    }

    /// Forgets the id, for a stream that began again from its first event.
    public mutating func forgetLastEventID() {
        // An event that has begun may have brought its own already.
        if pendingID == lastEventID { pendingID = "" }
        lastEventID = ""
    }

    /// Takes the next bytes and returns the events that they completed.
    public mutating func decode(_ bytes: [UInt8]) throws(Failure) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        // `withUnsafeBytes` cannot carry the type of an error that it rethrows
        // together with `inout` access to `self`, hence the Result.
        let result = bytes.withUnsafeBytes { raw -> Result<Void, Failure> in
            do throws(Failure) {
                return .success(try decode(raw) { events.append($0) })
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return events
    }

    /// Takes the next bytes and hands on each event that they complete, in order.
    public mutating func decode(
        _ bytes: UnsafeRawBufferPointer, _ deliver: (ServerSentEvent) -> Void
    ) throws(Failure) {
        var start = bytes.startIndex
        if endedWithCR, let first = bytes.first {
            endedWithCR = false
            if first == UInt8(ascii: "\n") { start += 1 }
        }
        var index = start
        let end = bytes.endIndex
        while index < end {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else {
                index += 1
                continue
            }
            if partial.isEmpty {
                try line(UnsafeRawBufferPointer(rebasing: bytes[start..<index]), deliver)
            } else {
                try keep(bytes[start..<index])
                let whole = partial
                partial.removeAll(keepingCapacity: true)
                try finish(whole, deliver)
            }
            index += 1
            if byte == UInt8(ascii: "\r") {
                if index == end {
                    endedWithCR = true
                } else if bytes[index] == UInt8(ascii: "\n") {
                    index += 1
                }
            }
            start = index
        }
        if start < end { try keep(bytes[start..<end]) }
    }

    private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) throws(Failure) {
        guard partial.count + bytes.count <= limit else { throw .tooLong(limit: limit) }
        partial.append(contentsOf: bytes)
    }

    private mutating func finish(
        _ whole: [UInt8], _ deliver: (ServerSentEvent) -> Void
    ) throws(Failure) {
        let result = whole.withUnsafeBytes { raw -> Result<Void, Failure> in
            do throws(Failure) {
                return .success(try line(raw, deliver))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private mutating func line(
        _ bytes: UnsafeRawBufferPointer, _ deliver: (ServerSentEvent) -> Void
    ) throws(Failure) {
        var line = bytes
        if isFirstLine {
            isFirstLine = false
            // One leading byte order mark is not part of the stream.
            if line.starts(with: [0xEF, 0xBB, 0xBF]) {
                line = UnsafeRawBufferPointer(rebasing: line[3...])
            }
        }
        guard !line.isEmpty else { return dispatch(deliver) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return try field(line, UnsafeRawBufferPointer(rebasing: line[line.endIndex...]))
        }
        // A line that begins with a colon is a comment.
        guard colon > 0 else { return }
        var value = colon + 1
        if value < line.endIndex, line[value] == UInt8(ascii: " ") { value += 1 }
        try field(
            UnsafeRawBufferPointer(rebasing: line[..<colon]),
            UnsafeRawBufferPointer(rebasing: line[value...]))
    }

    private mutating func field(
        _ field: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) throws(Failure) {
        if field.elementsEqual("data".utf8) {
            guard data.count + value.count < limit else { throw .tooLong(limit: limit) }
            data.append(contentsOf: value)
            // Every field's value ends with a line feed; dispatching cuts the last.
            data.append(UInt8(ascii: "\n"))
        } else if field.elementsEqual("event".utf8) {
            name = Array(value)
        } else if field.elementsEqual("id".utf8) {
            if !value.contains(0) { pendingID = String(decoding: value, as: UTF8.self) }
        } else if field.elementsEqual("retry".utf8) {
            let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
            guard !value.isEmpty, value.allSatisfy(digits.contains) else { return }
            // Too large a number for an Int is no usable time either.
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) ?? retryMilliseconds
        }
    }

    private mutating func dispatch(_ deliver: (ServerSentEvent) -> Void) {
        // The id counts even when there is no data and so no event.
        lastEventID = pendingID
        defer {
            name.removeAll(keepingCapacity: true)
            data.removeAll(keepingCapacity: true)
        }
        guard !data.isEmpty else { return }
        deliver(
            ServerSentEvent(
                name: name.isEmpty ? "message" : String(decoding: name, as: UTF8.self),
                data: Array(data.dropLast()), id: lastEventID))
    }
}
