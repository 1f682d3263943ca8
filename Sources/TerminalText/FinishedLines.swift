/// What has left a screen, as UTF-8.
struct FinishedLines {
    /// A line with its newline, or a part of one that was too long to keep.
    struct Piece {
        /// Where it ends in `bytes`; it begins where the one before ended.
        let end: Int
        /// When the line was last written to.
        let time: UInt64
        /// Whether the line ends here.
        let isWhole: Bool
    }

    /// The text.
    private(set) var bytes: [UInt8] = []
    /// What it consists of.
    private(set) var pieces: [Piece] = []

    /// Forgets it all, but keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        pieces.removeAll(keepingCapacity: true)
    }

    /// Adds a line.
    mutating func appendLine(_ row: borrowing Row, _ clusters: Clusters, at time: UInt64) {
        row.appendText(to: &bytes, clusters, count: row.trimmedCount)
        bytes.append(Byte.newline)
        pieces.append(Piece(end: bytes.count, time: time, isWhole: true))
    }

    /// Adds a part of a line.
    mutating func appendPart(_ row: borrowing Row, _ clusters: Clusters, at time: UInt64) {
        row.appendText(to: &bytes, clusters, count: row.count)
        pieces.append(Piece(end: bytes.count, time: time, isWhole: false))
    }

    /// Ends a line of which only parts have been added.
    mutating func appendNewline(at time: UInt64) {
        bytes.append(Byte.newline)
        pieces.append(Piece(end: bytes.count, time: time, isWhole: true))
    }
}
