import CLinux

/// Takes requests, one a line, from the control FIFO.
struct ControlReader {
    /// Room for one line; a longer one is no request.
    private static let capacity = 512

    /// The FIFO; it does not block.
    let descriptor: Int32
    private let buffer: UnsafeMutableRawPointer
    private var length = 0
    private var skipsLine = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        buffer = .allocate(byteCount: Self.capacity, alignment: 16)
    }

    /// Hands over the requests that have arrived whole.
    mutating func read(_ body: (ControlRequest) -> Void) {
        while true {
            let count = linux_read(descriptor, buffer + length, Self.capacity - length)
            if count <= 0 { return }
            length += Int(count)
            takeLines(body)
            if length == Self.capacity {
                length = 0
                skipsLine = true
            }
        }
    }

    private mutating func takeLines(_ body: (ControlRequest) -> Void) {
        var start = 0
        for index in 0..<length where buffer.load(fromByteOffset: index, as: UInt8.self) == 0x0a {
            let line = UnsafeRawBufferPointer(start: buffer + start, count: index - start)
            if !skipsLine, let request = ControlRequest(line: line) { body(request) }
            skipsLine = false
            start = index + 1
        }
        memmove(buffer, buffer + start, length - start)
        length -= start
    }
}
