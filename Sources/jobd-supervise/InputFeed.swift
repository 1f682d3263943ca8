import CLinux

/// Passes the input on to the command as fast as that takes it, through a pipe
/// or typed into its terminal, and then its end.
struct InputFeed {
    /// How much is passed on at once.
    private static let pipeChunk = 16_384
    /// For a terminal no more than a line may hold, so that little is in the way
    /// of what the program does to its terminal meanwhile.
    private static let terminalChunk = 1024
    /// The terminal's default VEOF character: termios(3).
    private static let endOfFile: UInt8 = 4

    private(set) var source: InputSource
    /// Where it goes, without blocking; -1 when nothing is passed on any more.
    private var sink: Int32
    private let isTyped: Bool
    private var ends = 0

    /// Into a pipe, which is closed at the input's end.
    init(_ source: InputSource, pipe: Int32) {
        self.source = source
        sink = pipe
        isTyped = false
    }

    /// Typed into the terminal with that master, which is left open.
    init(_ source: InputSource, terminal: Int32) {
        self.source = source
        sink = terminal
        isTyped = true
    }

    /// What is to be polled for room; -1 when there is nothing to pass on. An
    /// idle pipe is not polled, for it would tell again and again when its reader
    /// is gone.
    var descriptor: Int32 { source.isReady || source.isOver ? sink : -1 }

    /// More of the input is there.
    mutating func grow(to extent: InputExtent) {
        source.grow(to: extent)
        closeIfOver()
    }

    /// The command has ended. Its terminal is gone with it. From a pipe others
    /// may still read: they get what is there and then the end, rather than half
    /// of it, so that they can finish while the teardown still lets them.
    mutating func commandEnded() {
        if isTyped {
            sink = -1
        } else {
            source.end()
            closeIfOver()
        }
    }

    /// Passes on what there is room for.
    mutating func pass(now: Int64) {
        if descriptor < 0 { return }
        if source.isOver { return typeEnd() }
        let chunk = isTyped ? Self.terminalChunk : Self.pipeChunk
        withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 16) { buffer in
            guard let bytes = buffer.baseAddress else { return }
            let count = source.read(bytes, buffer.count, now: now)
            if count == 0 { return }
            let passed = linux_write(sink, bytes, count)
            if passed > 0 {
                source.advance(by: Int(passed), lastByte: buffer[Int(passed) - 1])
                closeIfOver()
            } else if passed != -Int64(EAGAIN) {
                // EPIPE: nobody reads it any more.
                close()
            }
        }
    }

    /// Lets an input be read again whose time has come.
    mutating func retry(now: Int64) {
        source.retry(now: now)
    }

    private mutating func typeEnd() {
        var character = Self.endOfFile
        let typed = linux_write(sink, &character, 1)
        if typed == -Int64(EAGAIN) { return }
        ends += 1
        // After an unfinished line the first one only finishes the line.
        if typed < 0 || ends == (source.isWithinLine ? 2 : 1) { close() }
    }

    private mutating func closeIfOver() {
        if !isTyped, source.isOver { close() }
    }

    private mutating func close() {
        if !isTyped, sink >= 0 { _ = CLinux.close(sink) }
        sink = -1
    }
}
