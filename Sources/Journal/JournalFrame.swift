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
    /// The attempt's clock, in microseconds: it began with what the wall clock said,
    /// is never set, and is never less than the frame's before it. For intervals.
    package let time: Int64
    /// The wall clock, in microseconds since 1970 UTC; it may have been set between
    /// two frames. For people.
    package let wall: Int64
    /// How many bytes of output, of both streams, came before it.
    package let position: UInt64
    /// Where in the file the frame begins.
    package let offset: UInt64
    /// Bytes of payload.
    package let length: Int

    package init(
        kind: JournalKind, time: Int64, wall: Int64, position: UInt64, offset: UInt64, length: Int
    ) {
        self.kind = kind
        self.time = time
        self.wall = wall
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

    /// By how much, in microseconds, the wall clock has been set ahead since the
    /// attempt began; negative when it was set back.
    package var step: Int64 { wall - time }

    /// The frame whose header this is, at `offset`; nil if it is no header.
    init?(header: UnsafeRawBufferPointer, offset: UInt64) {
        guard header.count >= Self.headerSize, offset <= Self.maxOffset else { return nil }
        switch header.loadUnaligned(as: UInt32.self) {
        case JOURNAL_MAGIC:
            let header = header.loadUnaligned(as: journal_header.self)
            self.init(
                kind: header.kind_and_length >> 24, length: header.kind_and_length & 0xff_ffff,
                time: header.time_us, wall: header.wall_us, position: header.position,
                offset: offset)
        case JOURNAL_MAGIC_1:
            let header = header.loadUnaligned(as: journal_header_1.self)
            guard header.reserved == 0 else { return nil }
            self.init(
                kind: header.kind, length: header.length, time: header.time_us,
                wall: header.time_us, position: header.position, offset: offset)
        default:
            return nil
        }
    }

    /// The same from the header's numbers; nil when they make no sense.
    private init?(
        kind: UInt32, length: UInt32, time: UInt64, wall: UInt64, position: UInt64, offset: UInt64
    ) {
        guard
            let kind = JournalKind(rawValue: kind), length <= JOURNAL_MAX_PAYLOAD,
            time <= Self.maxTime,
            wall <= Self.maxTime, position <= Self.maxOffset
        else { return nil }
        self.init(
            kind: kind, time: Int64(time), wall: Int64(wall), position: position, offset: offset,
            length: Int(length))
    }
}
