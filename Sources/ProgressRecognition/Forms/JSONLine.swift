/// The fields that tell of progress in a line that is one JSON object
/// (RFC 8259), read strictly: a line with anything wrong in it is no JSON line.
/// Values of other fields are stepped over, whatever they are.
struct JSONLine {
    /// How deep values may be nested.
    private static let depthLimit = 32

    var progress: Double?
    var done: Double?
    var total: Double?
    var rate: Double?
    var etaSeconds: Double?
    var unit: String?
    var message: String?
    /// What xyOps plug-ins call their message.
    var status: String?
    /// Whether the line is marked as xyOps plug-ins mark theirs: `"xy": 1`.
    var isMarked = false

    /// Reads a line; nil when it is not one whole JSON object.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(bytes)
        guard scanner.take("{") else { return nil }
        if !scanner.take("}") {
            repeat {
                guard let key = scanner.string(), scanner.take(":"),
                    readValue(of: key, from: &scanner)
                else { return nil }
            } while scanner.take(",")
            guard scanner.take("}") else { return nil }
        }
        guard scanner.isAtEnd else { return nil }
    }

    /// A cheap look for the names without which a line cannot matter, so that
    /// a log made of JSON is not parsed. Every such log has messages, so they
    /// are asked for only if `messageToo`.
    static func mayMatter(_ bytes: UnsafeRawBufferPointer, messageToo: Bool) -> Bool {
        var index = 0
        let last = bytes.count - 4
        while index < last {
            if bytes[index] == Byte.of("\"") {
                switch bytes[index &+ 1] {
                case Byte.of("p") where bytes[index &+ 2] == Byte.of("r"),
                    Byte.of("d") where bytes[index &+ 2] == Byte.of("o"),
                    Byte.of("x") where bytes[index &+ 2] == Byte.of("y"),
                    Byte.of("\\"):
                    return true
                case Byte.of("m") where messageToo:
                    return true
                default:
                    break
                }
            }
            index &+= 1
        }
        return false
    }

    private mutating func readValue(of key: String, from scanner: inout JSONScanner) -> Bool {
        guard let value = scanner.value(depthLeft: Self.depthLimit) else { return false }
        switch (key, value) {
        case ("progress", .number(let number)): progress = number
        case ("done", .number(let number)): done = number
        case ("total", .number(let number)): total = number
        case ("rate", .number(let number)): rate = number
        case ("eta_seconds", .number(let number)): etaSeconds = number
        case ("xy", .number(let number)): isMarked = number == 1
        case ("unit", .string(let text)): unit = text
        case ("message", .string(let text)): message = text
        case ("status", .string(let text)): status = text
        default: break
        }
        return true
    }
}
