/// A line of `borg --log-json --progress` ("Internals: All about JSON" in borg's
/// manual).
struct BorgEvent {
    /// What is told.
    enum Kind {
        /// How much of the originals was read, and which file is in work.
        case archive(size: Double, path: String?)
        /// A step of a known number, and what is being done.
        case percent(current: Double, total: Double, message: String?, isBytes: Bool)
        /// What is being done.
        case message(String)
        /// That an operation has ended.
        case finished
    }

    let kind: Kind

    /// Reads a line; nil when it is something else.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard Self.mayMatter(bytes) else { return nil }
        var scanner = JSONScanner(bytes)
        var numbers: (size: Double?, current: Double?, total: Double?)
        var texts: (type: String?, message: String?, path: String?, id: String?)
        guard scanner.take("{") else { return nil }
        repeat {
            guard let key = scanner.string(), scanner.take(":"),
                let value = scanner.value(depthLeft: 8)
            else { return nil }
            switch (key, value) {
            case ("original_size", .number(let number)): numbers.size = number
            case ("current", .number(let number)): numbers.current = number
            case ("total", .number(let number)): numbers.total = number
            case ("type", .string(let text)): texts.type = text
            case ("message", .string(let text)): texts.message = text
            case ("path", .string(let text)): texts.path = text
            case ("msgid", .string(let text)): texts.id = text
            default: break
            }
        } while scanner.take(",")
        guard scanner.take("}"), scanner.isAtEnd else { return nil }
        switch texts.type {
        case "archive_progress":
            kind = numbers.size.map { .archive(size: $0, path: texts.path) } ?? .finished
        case "progress_percent":
            guard let current = numbers.current, let total = numbers.total else {
                kind = .finished
                return
            }
            kind = .percent(
                current: current, total: total, message: texts.message.map(Self.withoutNumber),
                isBytes: texts.id == "extract")
        case "progress_message":
            kind = texts.message.map { .message($0) } ?? .finished
        default:
            return nil
        }
    }

    /// `message` without the percentage before or after it, which would tell the
    /// same again.
    private static func withoutNumber(_ message: String) -> String {
        var words = message.split(separator: " ")
        if words.last?.last == "%" {
            words.removeLast()
        } else if words.first?.last == "%" {
            words.removeFirst()
        }
        return words.joined(separator: " ")
    }

    /// A cheap look for the type, so that a log made of JSON is not parsed.
    private static func mayMatter(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = ByteCursor(bytes)
        while !cursor.isAtEnd {
            if cursor.next == Byte.of("_"), cursor.take(text: "_progress\"") { return true }
            if cursor.next == Byte.of("p"), cursor.take(text: "progress_") { return true }
            cursor.position += 1
        }
        return false
    }
}
