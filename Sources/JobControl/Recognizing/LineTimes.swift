import ProgressRecognition

/// Gives the lines of a file times, as if they had come one after the other.
///
/// Some forms are believed only when a number has risen from one time to another,
/// since tables are printed at once; and a file does not tell when its lines were
/// printed. So each line has a time of its own, the daemon's usual interval after
/// the one before.
struct LineTimes {
    /// From one line to the next, in microseconds.
    static let interval: Int64 = 100_000

    /// A line that is longer goes on in pieces, in bytes.
    private static let longestLine = 65_536

    private var time: Int64 = 0
    /// The beginning of a line that is not whole.
    private var pending: [UInt8] = []

    /// The lines that are whole now. A carriage return ends one as well: what
    /// follows is drawn over it.
    mutating func parts(_ bytes: [UInt8]) -> [OutputPart] {
        var parts: [OutputPart] = []
        pending += bytes
        var start = 0
        var index = 0
        while index < pending.count {
            let byte = pending[index]
            index += 1
            let isEnd =
                switch byte {
                case UInt8(ascii: "\n"): true
                // Whether CR LF is one end is for the next byte to say.
                case UInt8(ascii: "\r"):
                    index < pending.count && pending[index] != UInt8(ascii: "\n")
                default: false
                }
            guard isEnd || index - start == Self.longestLine else { continue }
            parts.append(part(Array(pending[start..<index])))
            if isEnd { time += Self.interval }
            start = index
        }
        pending.removeFirst(start)
        return parts
    }

    /// A last line without an end.
    mutating func rest() -> [OutputPart] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return [part(pending)]
    }

    private func part(_ bytes: [UInt8]) -> OutputPart {
        OutputPart(channel: .stdout, time: time, bytes: bytes)
    }
}
