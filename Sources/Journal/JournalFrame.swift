internal import CLinux

/// One frame, without its payload.
///
/// Its numbers come from a file that somebody else may have written to: those with
/// which nothing could be computed make it no frame (`init(header:offset:)`), so that
/// what is computed from them here and by readers cannot overflow.
package struct JournalFrame: Hashable, Sendable {
    /// Bytes before the payload.
    package static let headerSize = MemoryLayout<journal_header>.size
    /// Bytes after the payload.
    package static let trailerSize = MemoryLayout<journal_trailer>.size
    /// The most payload a frame may have, in bytes.
    package static let maxPayload = Int(JOURNAL_MAX_PAYLOAD)
    /// The most bytes a whole frame may have.
    package static let maxSize = headerSize + maxPayload + trailerSize
    /// No file is longer, and no journal has as many bytes of output.
    static let maxOffset = UInt64(Int64.max / 2)
    /// The end of the year 9999 in microseconds: RFC 3339 knows no later one.
    private static let maxTime: UInt64 = 253_402_300_799_999_999

    package let kind: JournalKind
    /// The attempt's clock in microseconds: since 1970 UTC when it began, and from
    /// there on by a clock that nobody sets; never less than the frame's before it.
    package let time: Int64
    /// How far the clock on the wall was ahead of that, in microseconds.
    package let ahead: Int64
    /// How many bytes of output, of both streams, came before it.
    package let position: UInt64
    /// Where in the file the frame begins.
    package let offset: UInt64
    /// Bytes of payload.
    package let length: Int

    package init(
        kind: JournalKind, time: Int64, ahead: Int64 = 0, position: UInt64, offset: UInt64,
        length: Int
    ) {
        self.kind = kind
        self.time = time
        self.ahead = ahead
        self.position = position
        self.offset = offset
        self.length = length
    }

    /// The clock on the wall, in microseconds since 1970 UTC, when it was written.
    package var wallTime: Int64 { max(time + ahead, 0) }

    /// Where in the file its payload begins.
    package var payloadOffset: UInt64 { offset + UInt64(Self.headerSize) }

    /// Where in the file the next frame begins.
    package var end: UInt64 { payloadOffset + UInt64(length + Self.trailerSize) }

    /// The position after it.
    package var endPosition: UInt64 { kind.isOutput ? position + UInt64(length) : position }

    /// The frame whose header this is, at `offset`; nil if it is no header.
    init?(header: UnsafeRawBufferPointer, offset: UInt64) {
        guard header.count >= Self.headerSize, offset <= Self.maxOffset else { return nil }
        let header = header.loadUnaligned(as: journal_header.self)
        guard
            header.magic == JOURNAL_MAGIC, let kind = JournalKind(rawValue: header.kind),
            header.length <= JOURNAL_MAX_PAYLOAD, header.time_us <= Self.maxTime,
            header.position <= Self.maxOffset
        else { return nil }
        self.init(
            kind: kind, time: Int64(header.time_us), ahead: journal_decode_ahead(header.ahead),
            position: header.position, offset: offset, length: Int(header.length))
    }
}
