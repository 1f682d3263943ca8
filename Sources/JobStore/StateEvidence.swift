package import JobModel

/// What lies beside a database, by which it is known again.
package struct StateEvidence: Sendable {
    /// Where is noted which database this is and how far it has come; nil: nowhere.
    package var note: String?
    /// The newest job that has files; nil when none has any.
    package var newestFiles: JobID?
    /// Whether a database is taken over that is not what was seen last.
    package var acceptsRestored = false
    /// Where room is kept for a start on a full disk; nil: nowhere.
    package var reserve: String?

    package init() {}
}
