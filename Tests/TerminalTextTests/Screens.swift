import TerminalText

/// What is left of `text`, written by one command to one place, cut into pieces
/// of `size` bytes.
func plain(_ text: String, isLive: Bool = false, size: Int = .max) -> String {
    plain(Array(text.utf8), isLive: isLive, size: size)
}

/// What is left of bytes that need not be text.
func plain(_ bytes: [UInt8], isLive: Bool = false, size: Int = .max) -> String {
    var text = PlainText(isLive: isLive)
    var result: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let piece = rest.prefix(size)
        piece.withUnsafeBytes { text.take($0, from: .output, into: &result) }
        rest = rest.dropFirst(piece.count)
    }
    text.finish(into: &result)
    return String(decoding: result, as: UTF8.self)
}

/// The lines that came and went on two streams.
func plain(_ pieces: [(PlainText.Channel, String)], isLive: Bool = false) -> String {
    var text = PlainText(isLive: isLive)
    var result: [UInt8] = []
    for (channel, piece) in pieces {
        Array(piece.utf8).withUnsafeBytes { text.take($0, from: channel, into: &result) }
    }
    text.finish(into: &result)
    return String(decoding: result, as: UTF8.self)
}
