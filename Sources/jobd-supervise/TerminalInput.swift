import CLinux

/// Types the command's input into its terminal, as fast as that takes it, and
/// then the end of input.
struct TerminalInput {
    /// The terminal's default VEOF character: termios(3).
    private static let endOfFile: UInt8 = 4

    private let master: Int32
    private let file: Int32
    private var offset: UInt64 = 0
    private var lastByte: UInt8 = 0x0a
    private var ends = 0

    /// Whether there is nothing left to type.
    private(set) var isDone = false

    /// `file` is -1 when there is no input but its end.
    init(master: Int32, file: Int32) {
        self.master = master
        self.file = file
    }

    /// Types what the terminal has room for.
    mutating func type() {
        // No more at once than a line may hold, so that little is in the way of
        // what the program does to its terminal meanwhile.
        withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
            guard let bytes = buffer.baseAddress else { return }
            let count = file >= 0 ? linux_pread(file, bytes, buffer.count, offset) : 0
            if count <= 0 { return typeEnd() }
            let typed = linux_write(master, bytes, Int(count))
            if typed > 0 {
                offset += UInt64(typed)
                lastByte = buffer[Int(typed) - 1]
            } else if typed != -Int64(EAGAIN) {
                isDone = true
            }
        }
    }

    private mutating func typeEnd() {
        var character = Self.endOfFile
        let typed = linux_write(master, &character, 1)
        if typed == -Int64(EAGAIN) { return }
        ends += 1
        // After an unfinished line the first one only finishes the line.
        isDone = typed < 0 || ends == (lastByte == 0x0a ? 1 : 2)
    }
}
