import JobEvents
import Journal

/// Picks from a journal's records what a reader asked for: one stream or both,
/// and of the first frame only what is behind its place.
struct OutputCutter {
    private let start: JournalLocation
    private let stream: JournalStream?

    init(_ start: JournalLocation, _ stream: JournalStream?) {
        self.start = start
        self.stream = stream
    }

    /// What the reader gets of a record; empty when it is not for it.
    func cut(_ record: JournalRecord) -> ArraySlice<UInt8> {
        if let stream, record.frame.kind != stream.kind { return [] }
        let isFirst = record.frame.offset == start.offset
        return isFirst ? record.payload.dropFirst(start.skip) : record.payload[...]
    }

    /// The bytes of several records, one after the other.
    func bytes(of records: [JournalRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records { bytes += cut(record) }
        return bytes
    }
}
