internal import CLinux
internal import Glibc

/// Reads one journal, whole or while it is being written.
///
/// It sees frames that are all there and nothing else; offsets given to it are
/// those of frames. Not to be used from two threads at once.
package final class JournalReader {
    /// How much is read at a time when only headers are wanted.
    static let headerWindow = 4096

    private let descriptor: Int32
    private let buffer: JournalBuffer
    private let id: Int

    /// Opens the journal at `path`; reads through `buffer`, which can be shared.
    ///
    /// - Parameter isHeld: whether the path is a link of /proc to what a process has
    ///   open. No other link is followed.
    package init(
        path: String, isHeld: Bool = false, buffer: JournalBuffer = JournalBuffer()
    ) throws(JournalError) {
        let descriptor =
            isHeld ? linux_open_held(path, O_RDONLY) : linux_open_regular(path, O_RDONLY)
        if descriptor < 0 { throw JournalError(operation: "open", code: -descriptor) }
        self.descriptor = descriptor
        self.buffer = buffer
        id = buffer.makeReaderID()
    }

    deinit {
        close(descriptor)
    }

    /// The file's size in bytes; a frame that is not all there counts.
    package func size() throws(JournalError) -> UInt64 {
        let size = linux_size(descriptor)
        if size < 0 { throw JournalError(operation: "look at", code: Int32(-size)) }
        return UInt64(size)
    }

    /// Gives the frames from `offset` on and their payloads to `body`, in order,
    /// until it returns false or `maxBytes` of the file have been read (at least
    /// one frame is). A payload is valid until `body` returns, and `body` must
    /// not use this reader or another one with the same buffer.
    @discardableResult
    package func forEachFrame(
        from offset: UInt64 = 0, maxBytes: Int = .max,
        _ body: (JournalFrame, UnsafeRawBufferPointer) throws -> Bool
    ) throws -> JournalScan {
        try scan(from: offset, maxBytes: maxBytes, withPayload: true) { frame in
            let payload = try bytes(
                at: frame.payloadOffset, count: frame.length, window: frame.length)
            return try body(frame, payload)
        }
    }

    /// Gives the frames from `offset` on to `body`, in order, until it returns
    /// false. Payloads are skipped, not read.
    @discardableResult
    package func forEachHeader(
        from offset: UInt64 = 0, _ body: (JournalFrame) throws -> Bool
    ) throws -> JournalScan {
        try scan(from: offset, maxBytes: .max, withPayload: false, body)
    }

    /// Copies the frames from `offset` on, up to `maxBytes` of the file but at
    /// least one.
    package func read(
        from offset: UInt64 = 0, maxBytes: Int = .max
    ) throws -> (records: [JournalRecord], scan: JournalScan) {
        var records: [JournalRecord] = []
        let scan = try forEachFrame(from: offset, maxBytes: maxBytes) { frame, payload in
            records.append(JournalRecord(frame: frame, payload: [UInt8](payload)))
            return true
        }
        return (records, scan)
    }

    /// A copy of a frame's payload.
    package func payload(of frame: JournalFrame) throws(JournalError) -> [UInt8] {
        [UInt8](try bytes(at: frame.payloadOffset, count: frame.length, window: frame.length))
    }

    /// What is at `offset`.
    enum Look {
        case frame(JournalFrame)
        case end
        case incomplete
        case corrupt
    }

    /// Looks for a frame at `offset`. `withPayload`: the payload will be wanted,
    /// too, so all is read at once.
    func look(at offset: UInt64, withPayload: Bool = false) throws(JournalError) -> Look {
        let window = withPayload ? JournalBuffer.capacity : Self.headerWindow
        let header = try bytes(at: offset, count: JournalFrame.headerSize, window: window)
        if header.isEmpty { return .end }
        guard header.count == JournalFrame.headerSize else {
            return Self.mayBecomeHeader(header) ? .incomplete : .corrupt
        }
        guard let frame = JournalFrame(header: header, offset: offset) else { return .corrupt }
        if withPayload {
            _ = try bytes(at: offset, count: Int(frame.end - offset), window: window)
        }
        guard let length = try trailer(endingAt: frame.end) else { return .incomplete }
        return length == frame.length ? .frame(frame) : .corrupt
    }

    /// The payload length that the trailer before `end` repeats; nil if the file
    /// is shorter than that.
    func trailer(
        endingAt end: UInt64, backwards: Bool = false
    ) throws(JournalError) -> Int? {
        let size = JournalFrame.trailerSize
        let trailer = try bytes(
            at: end - UInt64(size), count: size, window: Self.headerWindow,
            backwards: backwards)
        guard trailer.count == size else { return nil }
        return Int(trailer.loadUnaligned(as: journal_trailer.self).length)
    }

    /// The buffer's `bytes`, of this file.
    func bytes(
        at offset: UInt64, count: Int, window: Int, backwards: Bool = false
    ) throws(JournalError) -> UnsafeRawBufferPointer {
        try buffer.bytes(
            descriptor, reader: id, at: offset, count: count, window: window,
            backwards: backwards)
    }

    private func scan(
        from offset: UInt64, maxBytes: Int, withPayload: Bool,
        _ body: (JournalFrame) throws -> Bool
    ) throws -> JournalScan {
        var next = offset
        // What somebody else wrote there may look like frames, but hardly like such
        // as go on where the one before ends.
        var position: UInt64? = offset == 0 ? 0 : nil
        while true {
            switch try look(at: next, withPayload: withPayload) {
            case .end: return JournalScan(next: next, stop: .end)
            case .incomplete: return JournalScan(next: next, stop: .incomplete)
            case .corrupt: return JournalScan(next: next, stop: .corrupt)
            case .frame(let frame):
                if let position, frame.position != position {
                    return JournalScan(next: next, stop: .corrupt)
                }
                position = frame.endPosition
                if next > offset, frame.end - offset > UInt64(maxBytes) {
                    return JournalScan(next: next, stop: .limit)
                }
                next = frame.end
                if try !body(frame) { return JournalScan(next: next, stop: .limit) }
            }
        }
    }

    /// Whether a file that ends within a header ends within one of ours.
    private static func mayBecomeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        [JOURNAL_MAGIC, JOURNAL_MAGIC_1].contains { magic in
            withUnsafeBytes(of: magic) { zip(bytes, $0).allSatisfy { $0 == $1 } }
        }
    }
}
