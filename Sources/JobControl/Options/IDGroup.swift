import ArgumentParser

/// Jobs by their numbers: `42`, `3-7`, `3,5,9-12`.
struct IDGroup: ExpressibleByArgument, Hashable {
    /// As they were written; a single number is a range of one.
    var ranges: [ClosedRange<Int64>]

    /// Reads numbers and ranges between commas; nil when there is something else.
    init?(argument: String) {
        ranges = []
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(
                separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = ends.first.flatMap(Self.number), let last = ends.last,
                let last = Self.number(last), first <= last
            else { return nil }
            ranges.append(first...last)
        }
    }

    /// An id begins at 1, and has no sign.
    private static func number(_ text: Substring) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text),
            number > 0
        else { return nil }
        return number
    }
}
