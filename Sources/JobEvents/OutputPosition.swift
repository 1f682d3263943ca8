/// A place in a job's output, and the `id` of an output stream's events:
/// `attempt:offset`, the offset being that of a frame in the attempt's journal.
package struct OutputPosition: Hashable, Sendable, CustomStringConvertible {
    /// The attempt's number; 0 when there has been none.
    package var attempt: Int
    /// Where in its journal.
    package var offset: UInt64

    package init(attempt: Int, offset: UInt64) {
        self.attempt = attempt
        self.offset = offset
    }

    /// Nil when the text is not of that form.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let attempt = Int(parts[0]), let offset = UInt64(parts[1]),
            attempt >= 0
        else { return nil }
        self.init(attempt: attempt, offset: offset)
    }

    package var description: String { "\(attempt):\(offset)" }
}
