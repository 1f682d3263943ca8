/// A frame of HTTP/2 (RFC 9113 §4.1), so that a test can send what no client
/// would.
package struct HTTP2Frame {
    /// RFC 9113 §6.
    package enum Kind: UInt8 {
        case data, headers, priority, reset, settings, push, ping, goAway, windowUpdate
        case continuation
    }

    package var kind: UInt8
    package var flags: UInt8
    package var stream: UInt32
    package var payload: [UInt8]

    package init(_ kind: Kind, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) {
        self.kind = kind.rawValue
        self.flags = flags
        self.stream = stream
        self.payload = payload
    }

    /// What a client begins a connection with, and its settings, each a number
    /// and a value.
    package static func preface(_ settings: [(UInt16, UInt32)] = []) -> [UInt8] {
        var payload: [UInt8] = []
        for (number, value) in settings {
            payload += Self.bytes(of: number)
            payload += Self.bytes(of: value)
        }
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + HTTP2Frame(.settings, payload).bytes
    }

    private init(_ kind: Kind, _ payload: [UInt8]) {
        self.init(kind, flags: 0, stream: 0, payload)
    }

    /// A request without a body.
    package static func get(_ path: String, stream: UInt32) -> HTTP2Frame {
        HTTP2Frame(
            .headers, flags: 0x05, stream: stream,
            fields([
                (":method", "GET"), (":scheme", "https"), (":authority", "localhost"),
                (":path", path),
            ]))
    }

    /// Fields as literals that nobody need remember (RFC 7541 §6.2.2), each
    /// shorter than 127 bytes.
    package static func fields(_ fields: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            bytes += [0, UInt8(name.utf8.count)]
            bytes += name.utf8
            bytes.append(UInt8(value.utf8.count))
            bytes += value.utf8
        }
        return bytes
    }

    /// On the wire.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = Self.bytes(of: UInt32(payload.count))
        bytes.removeFirst()
        bytes += [kind, flags]
        bytes += Self.bytes(of: stream)
        return bytes + payload
    }

    /// All whole frames of what was received.
    package static func all(in bytes: [UInt8]) -> [HTTP2Frame] {
        var frames: [HTTP2Frame] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = rest.prefix(9).map { UInt32($0) }
            let length = Int(head[0] << 16 | head[1] << 8 | head[2])
            guard rest.count >= 9 + length else { break }
            let stream = (head[5] & 0x7F) << 24 | head[6] << 16 | head[7] << 8 | head[8]
            var frame = HTTP2Frame(
                .data, flags: UInt8(head[4]), stream: stream,
                Array(rest.dropFirst(9).prefix(length)))
            frame.kind = UInt8(head[3])
            frames.append(frame)
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

extension RawConnection {
    /// The frames that have come so far.
    package var frames: [HTTP2Frame] { HTTP2Frame.all(in: received) }

    /// Frames of one kind and stream.
    package func frames(_ kind: HTTP2Frame.Kind, of stream: UInt32 = 0) -> [HTTP2Frame] {
        frames.filter { $0.kind == kind.rawValue && $0.stream == stream }
    }

    /// The body that has come on a stream, as text.
    package func body(of stream: UInt32) -> String {
        String(decoding: frames(.data, of: stream).flatMap(\.payload), as: UTF8.self)
    }
}
