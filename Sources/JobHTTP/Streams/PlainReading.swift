import Journal
import TerminalText

/// The plain lines of what an attempt had written when it was asked about.
struct PlainReading {
    private let reader: JournalReader?
    private let stream: JournalStream?
    private let end: UInt64
    private let isToFinish: Bool
    private var text: PlainText
    private var offset: UInt64 = 0
    /// Whether all was given that there is.
    private var isOver = false
    /// Whether the last line was given that can be read.
    private var isFinished = false

    /// - Parameters:
    ///   - reader: the attempt's journal; nil when there is none.
    ///   - end: where to stop reading it.
    ///   - isLive: whether lines come as for somebody who goes on reading; what
    ///     is unfinished at the end is then left out.
    init(_ reader: JournalReader?, _ stream: JournalStream?, upTo end: UInt64, isLive: Bool) {
        self.reader = reader
        self.stream = stream
        self.end = end
        isToFinish = !isLive
        text = PlainText(isLive: isLive)
    }

    /// The next lines, none perhaps; nil after the last.
    ///
    /// - Throws: when more was written and cannot be read.
    mutating func next() throws -> [UInt8]? {
        if isOver { return nil }
        var lines: [UInt8] = []
        let start = offset
        let scan = try reader?.forEachFrame(from: offset, maxBytes: Self.stepBytes) {
            frame, payload in
            if frame.offset >= end { return false }
            text.take(payload, of: frame.kind, stream, into: &lines)
            return true
        }
        offset = scan?.next ?? end
        if offset >= end || offset == start {
            // What is whole is given first.
            if isFinished { throw JournalError.broken }
            isOver = offset >= end
            isFinished = true
            if isToFinish { text.finish(into: &lines) }
        }
        return lines
    }

    /// How many lines there are. Lets others run while it counts.
    mutating func countLines() async throws -> Int {
        var count = 0
        while let lines = try next() {
            for byte in lines where byte == UInt8(ascii: "\n") { count += 1 }
            await Task.yield()
        }
        return count
    }

    /// About as much as is done without letting others run.
    private static let stepBytes = 64 << 10
}

extension PlainText {
    /// Takes a frame's payload, if it is output, and of the stream asked for.
    mutating func take(
        _ payload: UnsafeRawBufferPointer, of kind: JournalKind, _ stream: JournalStream?,
        into lines: inout [UInt8]
    ) {
        if let stream, stream.kind != kind { return }
        switch kind {
        case .stdout: take(payload, from: .output, into: &lines)
        case .stderr: take(payload, from: .errors, into: &lines)
        case .start, .command, .progress, .exit: break
        }
    }
}
