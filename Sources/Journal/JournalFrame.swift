internal import CLinux

/// One frame, without its payload.
package struct JournalFrame: Hashable, Sendable {
    /// Bytes before the payload.
    package static let headerSize = MemoryLayout<journal_header>.size
    /// Bytes after the payload.
    package static let trailerSize = MemoryLayout<journal_trailer>.size
    /// The most payload a frame may have, in bytes.
    package static let maxPayload = Int(JOURNAL_MAX_PAYLOAD)
    /// The most bytes a whole frame may have.
    package static let maxSize = headerSize + maxPayload + trailerSize

    package let kind: JournalKind
    /// Microseconds since 1970 UTC; never less than the frame's before it.
    package let time: Int64
    /// How many bytes of output, of both streams, came before it.
    package let position: UInt64
    /// Where in the file the frame begins.
    package let offset: UInt64
    /// Bytes of payload.
    package let length: Int

    package init(kind: JournalKind, time: Int64, position: UInt64, offset: UInt64, length: Int) {
        self.kind = kind
        self.time = time
        self.position = position
        self.offset = offset
        self.length = length
    }

    /// Where in the file its payload begins.
    package var payloadOffset: UInt64 { offset + UInt64(Self.headerSize) }

    /// Where in the file the next frame begins.
    package var end: UInt64 { payloadOffset + UInt64(length + Self.trailerSize) }

    /// The position after it.
    package var endPosition: UInt64 { kind.isOutput ? position + UInt64(length) : position }

    /// The frame whose header this is, at `offset`; nil if it is no header.
    init?(header: UnsafeRawBufferPointer, offset: UInt64) {
        guard header.count >= Self.headerSize else { return nil }
        let header = header.loadUnaligned(as: journal_header.self)
        guard
            header.magic == JOURNAL_MAGIC, header.reserved == 0,
            let kind = JournalKind(rawValue: header.kind),
            header.length <= JOURNAL_MAX_PAYLOAD,
            let time = Int64(exactly: header.time_us)
        else { return nil }
        self.init(
            kind: kind, time: time, position: header.position, offset: offset,
            length: Int(header.length))
    }
}
