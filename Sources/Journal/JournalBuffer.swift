internal import CLinux

/// The memory that journals are read through. Readers that are used one after
/// the other, as on one queue, can share it. It caches: a journal's bytes never
/// change once they are written.
package final class JournalBuffer {
    /// Room for a whole frame, wherever it lies in a window.
    static let capacity = 2 * JournalFrame.maxSize

    private let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: capacity, alignment: 16)
    private var start: UInt64 = 0
    private var count = 0
    private var owner = 0
    private var lastReader = 0

    package init() {}

    deinit {
        memory.deallocate()
    }

    /// A number that tells a reader from the others.
    func makeReaderID() -> Int {
        lastReader += 1
        return lastReader
    }

    /// The bytes of the file from `offset` on, as many as asked for or as there
    /// are before its end. Valid until the next call.
    ///
    /// - Parameters:
    ///   - window: how many bytes are worth reading at once, when it has to read;
    ///     at most `capacity`.
    ///   - backwards: whether the window ends with the bytes instead of beginning
    ///     with them.
    func bytes(
        _ descriptor: Int32, reader: Int, at offset: UInt64, count wanted: Int, window: Int,
        backwards: Bool = false
    ) throws(JournalError) -> UnsafeRawBufferPointer {
        // No file is that long; an offset from outside may be.
        if offset > JournalFrame.maxOffset { return UnsafeRawBufferPointer(start: nil, count: 0) }
        if let cached = cached(reader: reader, at: offset, count: wanted) { return cached }
        let size = min(max(wanted, window), Self.capacity)
        let first = backwards ? offset - min(offset, UInt64(size - wanted)) : offset
        count = 0
        let read = linux_pread(descriptor, memory.baseAddress, size, first)
        if read < 0 { throw JournalError(operation: "read", code: Int32(-read)) }
        owner = reader
        start = first
        count = Int(read)
        let skipped = Int(offset - first)
        let found = min(max(count - skipped, 0), wanted)
        return UnsafeRawBufferPointer(rebasing: memory[min(skipped, count)...].prefix(found))
    }

    private func cached(
        reader: Int, at offset: UInt64, count wanted: Int
    ) -> UnsafeRawBufferPointer? {
        guard
            reader == owner, offset >= start,
            offset + UInt64(wanted) <= start + UInt64(count)
        else { return nil }
        let skipped = Int(offset - start)
        return UnsafeRawBufferPointer(rebasing: memory[skipped..<(skipped + wanted)])
    }
}
