/// What a browser makes of an event stream: WHATWG HTML §9.2.6, written after
/// its text and not after the program's own decoder.
struct EventStreamParser {
    struct Message: Equatable {
        var type = "message"
        var data = ""
        var lastEventID = ""
    }

    private(set) var messages: [Message] = []
    private(set) var retry: Int?

    init(_ bytes: [UInt8]) {
        var data = ""
        var type = ""
        var lastEventID = ""
        for line in Self.lines(bytes) {
            if line.isEmpty {
                if !data.isEmpty {
                    data.unicodeScalars.removeLast()
                    messages.append(
                        Message(
                            type: type.isEmpty ? "message" : type, data: data,
                            lastEventID: lastEventID))
                }
                data = ""
                type = ""
                continue
            }
            let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            if colon == line.startIndex { continue }
            var value = line[colon...].dropFirst()
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
            let text = String(decoding: value, as: UTF8.self)
            switch String(decoding: line[..<colon], as: UTF8.self) {
            case "event": type = text
            case "data": data += text + "\n"
            case "id" where !text.unicodeScalars.contains("\0"): lastEventID = text
            case "retry": retry = Int(text)
            default: break
            }
        }
    }

    /// The complete lines, which LF, CR or both end.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                lines.append(bytes[start..<index])
                if byte == UInt8(ascii: "\r"), index + 1 < bytes.count,
                    bytes[index + 1] == UInt8(ascii: "\n")
                {
                    index += 1
                }
                start = index + 1
            }
            index += 1
        }
        return lines
    }
}
