import CLinux

/// A descriptor whose bytes go to the journal, as frames that end where the text
/// may be cut. What follows such a place is kept for the next frame.
struct CapturedStream {
    /// The most that is kept, in bytes.
    private static let heldCapacity = 4096

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
    private var held: UnsafeMutableRawPointer?
    private var heldLength = 0

    init(_ descriptor: Int32, kind: Int, endsAtLines: Bool = false) {
        self.descriptor = descriptor
        self.kind = kind
        self.endsAtLines = endsAtLines
    }

    /// Reads once, to `payload`, which has room for `JournalWriter.capacity`.
    mutating func read(to payload: UnsafeMutableRawPointer) -> Reading {
        if descriptor < 0 { return .end(takeHeld(to: payload)) }
        let kept = heldLength
        let count = linux_read(descriptor, payload + kept, JournalWriter.capacity - kept)
        if count == -Int64(EAGAIN) { return .nothing }
        if count <= 0 {
            // A pipe says 0; a terminal whose other end is closed says EIO.
            close()
            return .end(takeHeld(to: payload))
        }
        _ = takeHeld(to: payload)
        let length = kept + Int(count)
        let rest = holdBack(payload, length)
        return .bytes(length - rest)
    }

    /// Moves what was kept to `payload`; how many bytes that is.
    mutating func takeHeld(to payload: UnsafeMutableRawPointer) -> Int {
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
