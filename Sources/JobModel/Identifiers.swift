/// Names a job; ascending in the order of submission, never used again.
package struct JobID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }
}

/// Names an event: the `id` of the streams and the cursor by which a client
/// resumes. One ascending sequence for the whole daemon, never used again.
package struct EventID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: EventID, right: EventID) -> Bool { left.rawValue < right.rawValue }

    package var description: String { String(rawValue) }

    /// The place before the first event.
    package static let beginning = EventID(rawValue: 0)
}

/// Names one execution of a job: its number counts from 1.
package struct AttemptID: Hashable, Sendable, CustomStringConvertible {
    package let job: JobID
    package let number: Int

    package init(job: JobID, number: Int) {
        self.job = job
        self.number = number
    }

    package var description: String { "\(job).\(number)" }
}

/// Names a token. It is part of the token itself, and never given twice.
package struct TokenID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }
}
