package import JobModel

/// How a stream of events is written on the wire.
package enum EventEncoding: Hashable, Sendable, CaseIterable {
    /// Server-Sent Events with JSON data (WHATWG HTML §9.2).
    case serverSentEvents
    /// Server-Sent Events whose progress reads `42% complete`.
    case text
    /// One JSON object a line.
    case jsonLines

    /// The media type of such a stream.
    package var contentType: String {
        switch self {
        case .serverSentEvents, .text: "text/event-stream"
        case .jsonLines: "application/x-ndjson"
        }
    }

    /// What a stream begins with, so that the head of the response and a first
    /// byte leave at once.
    package func opening(retryMilliseconds: Int) -> [UInt8] {
        switch self {
        case .serverSentEvents, .text: Array("retry: \(retryMilliseconds)\n\n".utf8)
        // A JSON Lines reader would take any byte for data; the head alone must do.
        case .jsonLines: []
        }
    }

    /// Tells a client its cursor without an event (WHATWG HTML §9.2.6: an `id`
    /// without data is remembered and dispatches nothing).
    package func position(_ cursor: EventID) -> [UInt8] {
        switch self {
        case .serverSentEvents, .text: Array("id: \(cursor)\n\n".utf8)
        case .jsonLines: []
        }
    }

    /// What keeps a silent connection alive: a comment, or for JSON Lines the
    /// empty line that its readers skip.
    package var keepAlive: [UInt8] {
        switch self {
        case .serverSentEvents, .text: Array(":\n\n".utf8)
        case .jsonLines: Array("\n".utf8)
        }
    }

    /// Appends one event to `bytes`.
    package func append(_ event: Event, to bytes: inout [UInt8]) {
        switch self {
        case .serverSentEvents:
            appendFields(of: event, to: &bytes)
            appendJSON(event, to: &bytes)
            bytes.append(contentsOf: "\n\n".utf8)
        case .text:
            appendFields(of: event, to: &bytes)
            if case .progress(let progress) = event.content {
                Self.appendLines(Self.text(of: progress), to: &bytes)
            } else {
                appendJSON(event, to: &bytes)
            }
            bytes.append(contentsOf: "\n\n".utf8)
        case .jsonLines:
            appendJSON(event, to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Appends an estimate of how far an attempt is. It is no event of the history:
    /// it carries no id, so that the client's cursor stays where it is.
    package func append(
        estimate: StampedProgress, of attempt: AttemptID, to bytes: inout [UInt8]
    ) {
        switch self {
        case .serverSentEvents, .text: bytes.append(contentsOf: "data: ".utf8)
        case .jsonLines: break
        }
        if self == .text {
            Self.appendLines(Self.text(of: estimate.progress), to: &bytes)
        } else {
            var json = JSONWriter(capacity: 320)
            json.value(estimate: estimate, of: attempt)
            bytes.append(contentsOf: json.bytes)
        }
        bytes.append(contentsOf: (self == .jsonLines ? "\n" : "\n\n").utf8)
    }

    /// Appends the event by which a client learns that its cursor means nothing
    /// here: the job as it stands. It carries no id, so that the client's cursor
    /// is that of the events that follow.
    package func appendReset(_ job: Job?, to bytes: inout [UInt8]) {
        var json = JSONWriter()
        switch self {
        case .serverSentEvents, .text:
            bytes.append(contentsOf: "event: reset\ndata: ".utf8)
            if let job { json.value(job) } else { json.raw("{}") }
            bytes.append(contentsOf: json.bytes)
            bytes.append(contentsOf: "\n\n".utf8)
        case .jsonLines:
            json.object {
                $0.key("reset")
                if let job { $0.value(job) } else { $0.raw("{}") }
            }
            bytes.append(contentsOf: json.bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// A reading in words: `42% complete`, then the message, if any.
    package static func text(of progress: Progress) -> String {
        var words: [String] = []
        if let fraction = progress.fraction {
            // Rounded down: 99.9 % is not yet complete. But 29 % is not 28 because
            // its hundredfold in binary falls short by a hair.
            words.append("\(Int((fraction * 100 + 1e-9).rounded(.down)))% complete")
        } else if let done = progress.done {
            let total = progress.total.map { " of \(Self.plain($0))" } ?? ""
            let unit = progress.unit.map { " \($0)" } ?? ""
            words.append("\(Self.plain(done))\(total)\(unit)")
        }
        if let message = progress.message, !message.isEmpty { words.append(message) }
        return words.joined(separator: " ")
    }

    private static func plain(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15
            ? String(Int64(number)) : number.description
    }

    private func appendFields(of event: Event, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "id: ".utf8)
        bytes.append(contentsOf: String(event.id.rawValue).utf8)
        switch event.content {
        case .progress: bytes.append(contentsOf: "\ndata: ".utf8)
        case .state: bytes.append(contentsOf: "\nevent: state\ndata: ".utf8)
        case .action: bytes.append(contentsOf: "\nevent: action\ndata: ".utf8)
        case .end: bytes.append(contentsOf: "\nevent: end\ndata: ".utf8)
        }
    }

    private func appendJSON(_ event: Event, to bytes: inout [UInt8]) {
        var json = JSONWriter(capacity: 320)
        json.value(event)
        bytes.append(contentsOf: json.bytes)
    }

    /// Appends text as the value of a `data` field. A line break within it would
    /// end the field and let a command's message forge fields of its own, so
    /// each further line gets a field of its own.
    private static func appendLines(_ text: String, to bytes: inout [UInt8]) {
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                bytes.append(contentsOf: "\ndata: ".utf8)
            default: bytes.append(byte)
            }
            previous = byte
        }
    }
}
