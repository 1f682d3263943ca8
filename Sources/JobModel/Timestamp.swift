/// A moment: microseconds since 1970-01-01T00:00:00Z, as the database and the
/// journal keep it.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment `microseconds` later.
    package static func + (left: Timestamp, microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: left.microseconds.saturating(plus: microseconds))
    }

    /// The microseconds from `right` to `left`.
    package static func - (left: Timestamp, right: Timestamp) -> Int64 {
        left.microseconds.saturating(minus: right.microseconds)
    }
}

extension Int64 {
    /// The sum, or the nearest number there is: what comes from a file may be any.
    package func saturating(plus other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    /// The difference, or the nearest number there is.
    package func saturating(minus other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
