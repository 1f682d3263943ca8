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
        Timestamp(microseconds: left.microseconds + microseconds)
    }

    /// The microseconds from `right` to `left`.
    package static func - (left: Timestamp, right: Timestamp) -> Int64 {
        left.microseconds - right.microseconds
    }
}
