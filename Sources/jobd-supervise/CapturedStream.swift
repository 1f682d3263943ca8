import CLinux

/// A descriptor whose bytes go to the journal, as frames that end where the text
/// may be cut. What follows such a place is kept for the next frame.
struct CapturedStream {
    /// The most that is kept, in bytes.
    private static let heldCapacity = 4096
    /// For how long that is held back which may begin a value to be masked, in
    /// microseconds.
    private static let maskingPatience: Int64 = 100_000

    /// What one attempt at reading came to.
    enum Reading {
        /// That many bytes are in the journal's payload, ready to be appended.
        case bytes(Int)
        /// Nothing is there for now.
        case nothing
        /// The stream is at its end; that many last bytes are in the payload.
        case end(Int)
    }

    /// The kind of its frames.
    let kind: Int
    /// Whether frames end at a line's end if they hold one.
    let endsAtLines: Bool
    /// Where the bytes come from, without blocking; -1 once it is at its end.
    private(set) var descriptor: Int32
    /// When `release` is due, on the monotonic clock.
    private(set) var releaseTime = Int64.max
    private var held: UnsafeMutableRawPointer?
    private var heldLength = 0
    private var masking: Masking?

    init(_ descriptor: Int32, kind: Int, masks: Masks?, endsAtLines: Bool = false) {
        self.descriptor = descriptor
        self.kind = kind
        self.endsAtLines = endsAtLines
        masking = masks.map { Masking($0) }
    }

    /// Reads once, to `payload`, which has room for `JournalWriter.capacity`.
    mutating func read(to payload: UnsafeMutableRawPointer, now: Int64) -> Reading {
        if descriptor < 0 { return .end(takeHeld(to: payload)) }
        let kept = heldLength
        let before = kept + (masking?.heldLength ?? 0)
        let count = linux_read(descriptor, payload + before, JournalWriter.capacity - before)
        if count == -Int64(EAGAIN) { return .nothing }
        if count <= 0 {
            // A pipe says 0; a terminal whose other end is closed says EIO.
            close()
            return .end(takeHeld(to: payload))
        }
        takeText(to: payload)
        var length = kept + Int(count)
        if masking != nil {
            let bytes = (payload + kept).assumingMemoryBound(to: UInt8.self)
            length = kept + (masking?.take(bytes, Int(count)) ?? 0)
            releaseTime = masking?.isHolding == true ? now + Self.maskingPatience : .max
        }
        return .bytes(length - holdBack(payload, length))
    }

    /// Moves what waited for more, and has waited for too long, to `payload`; how many
    /// bytes may be appended.
    mutating func release(to payload: UnsafeMutableRawPointer) -> Int {
        let length = takeHeld(to: payload)
        return length - holdBack(payload, length)
    }

    /// Moves what was kept to `payload`; how many bytes that is.
    mutating func takeHeld(to payload: UnsafeMutableRawPointer) -> Int {
        let length = takeText(to: payload)
        releaseTime = .max
        let bytes = (payload + length).assumingMemoryBound(to: UInt8.self)
        return length + (masking?.release(to: bytes) ?? 0)
    }

    @discardableResult
    private mutating func takeText(to payload: UnsafeMutableRawPointer) -> Int {
        let length = heldLength
        if let held, length > 0 { memcpy(payload, held, length) }
        heldLength = 0
        return length
    }

    /// Reads no more.
    mutating func close() {
        if descriptor >= 0 { _ = CLinux.close(descriptor) }
        descriptor = -1
    }

    private mutating func holdBack(_ payload: UnsafeMutableRawPointer, _ length: Int) -> Int {
        var rest = TextBoundary.incompleteSuffix(payload, length)
        if endsAtLines, let line = TextBoundary.incompleteLine(payload, length),
            line <= Self.heldCapacity
        {
            rest = line
        }
        if rest > 0 {
            let place =
                held ?? .allocate(byteCount: endsAtLines ? Self.heldCapacity : 4, alignment: 4)
            memcpy(place, payload + (length - rest), rest)
            held = place
        }
        heldLength = rest
        return rest
    }
}
