import CLinux

/// What the command is to read, as far as it is there yet.
struct InputSource {
    /// How long to wait before a file that cannot be read is tried again, in
    /// microseconds.
    private static let retryInterval: Int64 = 200_000

    /// The file's path, for one that is opened when there is something in it.
    private let path: UnsafePointer<CChar>?
    /// -1 until it is opened.
    private var file: Int32
    /// How much of it was passed on.
    private var offset: UInt64 = 0
    private var size: UInt64
    private var lastByte: UInt8 = 0x0a
    /// Whether nothing comes after `size`.
    private var isEnd: Bool
    /// When it may be read again after that failed, on the monotonic clock.
    private(set) var retryTime = Int64.max

    /// A file that is all there; -1 for no input but its end.
    init(file: Int32) {
        path = nil
        self.file = file
        size = file >= 0 ? UInt64(max(linux_size(file), 0)) : 0
        isEnd = true
    }

    /// A file that grows, of which nothing may be read yet.
    init(growing path: UnsafePointer<CChar>) {
        self.path = path
        file = -1
        size = 0
        isEnd = false
    }

    /// Whether there is something to be passed on now.
    var isReady: Bool { offset < size && retryTime == .max }

    /// Whether everything has been passed on, and nothing will come.
    var isOver: Bool { isEnd && offset == size }

    /// Whether what was passed on ends within a line.
    var isWithinLine: Bool { lastByte != 0x0a }

    /// `size` bytes of the file may be read, or more if that was said before.
    mutating func grow(to extent: InputExtent) {
        if isEnd { return }
        size = max(size, extent.size)
        isEnd = extent.isEnd
    }

    /// Nothing comes any more beyond what is known.
    mutating func end() {
        isEnd = true
    }

    /// Copies the next bytes, at most `count`; how many that are. 0 if it cannot
    /// be read, which may go away (no descriptors or no memory are left); then
    /// `isReady` is false until `retry`.
    mutating func read(_ bytes: UnsafeMutableRawPointer, _ count: Int, now: Int64) -> Int {
        if file < 0, let path { file = linux_open(path, O_RDONLY, 0) }
        let wanted = Int(min(UInt64(count), size - offset))
        let found = file >= 0 ? linux_pread(file, bytes, wanted, offset) : 0
        if found <= 0 { retryTime = now + Self.retryInterval }
        return max(Int(found), 0)
    }

    /// So many of the bytes that were read have been passed on, and this was the
    /// last of them.
    mutating func advance(by count: Int, lastByte: UInt8) {
        offset += UInt64(count)
        self.lastByte = lastByte
    }

    /// Lets a file be read again whose time has come.
    mutating func retry(now: Int64) {
        if now >= retryTime { retryTime = .max }
    }
}
