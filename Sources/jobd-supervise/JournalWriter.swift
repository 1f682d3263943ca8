import CLinux

/// Appends frames to the journal.
///
/// There is one buffer, laid out as a frame is, so that whoever has a payload
/// reads it into its place and one write takes the whole frame to the file. When
/// the disk is full the frame stays in the buffer (`isBlocked`) and goes on from
/// where it stopped: nothing is lost, and no frame stays broken.
///
/// A command that writes much has blocks allocated ahead of it, of which the last are
/// for its end: one that has filled the disk can be ended, and that be recorded,
/// without anybody making room first.
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
    /// How many bytes the file has.
    private var size: UInt64 = 0
    /// Up to where it has blocks; 0: it has those that it needs.
    private var allocated: UInt64 = 0
    /// Whether the last blocks are used too.
    private var isEnding = false
    /// Whether the file system allocates ahead.
    private var canAllocate = true

    /// What the last bytes of three pipes and a waiting frame take, and the end.
    private static let reserve: UInt64 = 320 << 10
    /// A file that is smaller has no blocks ahead of it: most are, and they are quick.
    private static let unreserved: UInt64 = 64 << 10
    /// How much is allocated at a time, if there is so much.
    private static let chunk: UInt64 = 1 << 20
    private static let leastChunk: UInt64 = 4096

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

    /// Appends the frame that says which process the command is.
    mutating func appendCommand(pid: pid_t) {
        payload.storeBytes(of: journal_command(pid: pid, reserved: 0), as: journal_command.self)
        append(kind: JOURNAL_KIND_COMMAND, length: MemoryLayout<journal_command>.size)
    }

    /// Appends the last frame.
    mutating func appendExit(_ exit: journal_exit) {
        payload.storeBytes(of: exit, as: journal_exit.self)
        append(kind: JOURNAL_KIND_EXIT, length: MemoryLayout<journal_exit>.size)
    }

    /// Writes as much of a waiting frame as there is room for.
    mutating func flush() {
        while start < end {
            let room = isEnding ? end - start : takeRoom(for: end - start)
            if room <= 0 { return }
            let count = linux_write(descriptor, frame + start, room)
            // Whatever the error is, waiting is better than a lost frame: room
            // comes back (ENOSPC, EDQUOT), and so do disks.
            if count <= 0 { return }
            start += Int(count)
            size += UInt64(count)
        }
    }

    /// How many of so many bytes may be written, so that enough is left for the end.
    private mutating func takeRoom(for count: Int) -> Int {
        let end = size + UInt64(count)
        if !canAllocate || (allocated == 0 && end <= Self.unreserved) { return count }
        var step = Self.chunk
        while allocated < end + Self.reserve, step >= Self.leastChunk {
            let start = max(allocated, size)
            switch linux_allocate(descriptor, start, step) {
            case 0: allocated = start + step
            case -ENOSPC, -EDQUOT: step /= 2
            default:
                canAllocate = false
                return count
            }
        }
        let limit = max(allocated, Self.reserve) - Self.reserve
        return limit > size ? Int(min(limit - size, UInt64(count))) : 0
    }

    /// Lets what is still to be appended, the end above all, use the last blocks.
    mutating func beginEnd() {
        isEnding = true
    }

    /// Gives back the blocks that are not used.
    private func trim() {
        if allocated > size { _ = linux_trim(descriptor, size, allocated) }
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
        size = 0
        allocated = 0
        _ = linux_truncate(descriptor, 0)
    }

    /// Waits until the disk has what was written, which is all.
    func sync() {
        trim()
        _ = linux_sync_data(descriptor)
    }
}
