/// Where a job is in its life.
///
/// ```
/// ┌───────────────────────────┐ retry
/// ▼                           │
/// waiting ─▶ queued ─▶ running ◀─▶ paused
///    │         │ ▲        │           │
///    └─────────┴─┼──┬─────┴───────────┘
///          again │  ▼
///       succeeded, failed, cancelled
/// ```
///
/// `Transition` says which change leads where; the database's CHECK repeats
/// what each state may carry.
package enum JobState: String, CaseIterable, Sendable {
    /// Not yet eligible to start.
    case waiting
    /// Eligible, until a slot is free.
    case queued
    /// An attempt has been claimed and is executed.
    case running
    /// An attempt is stopped, to be continued.
    case paused
    /// The last attempt's command exited with 0.
    case succeeded
    /// The job ended otherwise; its failure says how.
    case failed
    /// Somebody cancelled it.
    case cancelled

    /// Whether nothing more will happen unless somebody asks for it.
    package var isFinished: Bool {
        switch self {
        case .waiting, .queued, .running, .paused: false
        case .succeeded, .failed, .cancelled: true
        }
    }

    /// Whether an attempt holds a slot.
    package var isActive: Bool {
        switch self {
        case .running, .paused: true
        case .waiting, .queued, .succeeded, .failed, .cancelled: false
        }
    }
}
