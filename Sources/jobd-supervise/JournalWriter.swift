import CLinux

/// Appends frames to the journal.
///
/// There is one buffer, laid out as a frame is, so that whoever has a payload
/// reads it into its place and one write takes the whole frame to the file. When
/// the disk is full the frame stays in the buffer (`isBlocked`) and goes on from
/// where it stopped: nothing is lost, and no frame stays broken.
struct JournalWriter {
    /// How often a write that found no room is tried again, in microseconds.
    static let retryInterval: Int64 = 200_000

    private let descriptor: Int32
    private let frame: UnsafeMutableRawPointer
    private var start = 0
    private var end = 0
    /// What the wall clock was ahead of the monotonic one when the attempt began, in
    /// microseconds: this makes the attempt's clock of the latter.
    private let origin = linux_realtime_us() - linux_monotonic_us()

    /// How many bytes of output have been appended.
    private(set) var position: UInt64 = 0

    private static var headerSize: Int { MemoryLayout<journal_header>.size }
    private static var trailerSize: Int { MemoryLayout<journal_trailer>.size }

    /// How many bytes a payload may have.
    static var capacity: Int { Int(JOURNAL_MAX_PAYLOAD) }

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        frame = .allocate(
            byteCount: Self.headerSize + Self.capacity + Self.trailerSize, alignment: 16)
    }

    /// Where a payload of up to `capacity` bytes is put before `append`. Not to
    /// be touched while the writer is blocked.
    var payload: UnsafeMutableRawPointer { frame + Self.headerSize }

    /// Whether a frame waits for room.
    var isBlocked: Bool { start < end }

    /// Appends a frame with the first `length` bytes of `payload`.
    mutating func append(kind: Int, length: Int) {
        let header = journal_header(
            magic: UInt32(JOURNAL_MAGIC), kind_and_length: UInt32(kind << 24 | length),
            wall_us: UInt64(max(linux_realtime_us(), 0)),
            time_us: UInt64(max(origin + linux_monotonic_us(), 0)), position: position)
        frame.storeBytes(of: header, as: journal_header.self)
        (payload + length).storeBytes(
            of: journal_trailer(length: UInt32(length)), as: journal_trailer.self)
        if kind == JOURNAL_KIND_STDOUT || kind == JOURNAL_KIND_STDERR {
            position += UInt64(length)
        }
        start = 0
        end = Self.headerSize + length + Self.trailerSize
        flush()
    }

    /// Appends the frame that says that the supervisor lives.
    mutating func appendStart(pid: pid_t) {
        payload.storeBytes(
            of: journal_start(supervisor_pid: pid, reserved: 0), as: journal_start.self)
        append(kind: JOURNAL_KIND_START, length: MemoryLayout<journal_start>.size)
    }

    /// Appends the last frame.
    mutating func appendExit(_ exit: journal_exit) {
        payload.storeBytes(of: exit, as: journal_exit.self)
        append(kind: JOURNAL_KIND_EXIT, length: MemoryLayout<journal_exit>.size)
    }

    /// Writes as much of a waiting frame as there is room for.
    mutating func flush() {
        while start < end {
            let count = linux_write(descriptor, frame + start, end - start)
            // Whatever the error is, waiting is better than a lost frame: room
            // comes back (ENOSPC, EDQUOT), and so do disks.
            if count <= 0 { return }
            start += Int(count)
        }
    }

    /// Waits until the frame is written, however long that takes.
    mutating func waitUntilWritten() {
        flush()
        while isBlocked {
            _ = linux_poll(nil, 0, Self.retryInterval)
            flush()
        }
    }

    /// Takes everything back: the command was never started.
    mutating func abandon() {
        start = end
        _ = linux_truncate(descriptor, 0)
    }

    /// Waits until the disk has what was written.
    func sync() {
        _ = linux_sync_data(descriptor)
    }
}
