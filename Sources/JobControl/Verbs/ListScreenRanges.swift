import JobClient

/// Which parts of a listing have to be asked for.
enum ListScreenRanges {
    /// As few ranges as cover these ids, none longer than a page, and none with
    /// much in it that nobody asked for; the newest first.
    static func ranges(of ids: Set<Int64>) -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        for id in ids.sorted(by: >) {
            if let last = ranges.last, last.lowerBound - id <= gap,
                last.upperBound - id < Int64(JobQuery.maximumLimit)
            {
                ranges[ranges.count - 1] = id...last.upperBound
            } else {
                ranges.append(id...id)
            }
        }
        return ranges
    }

    /// Up to here it is cheaper to get what lies between than to ask once more.
    private static let gap: Int64 = 16
}
