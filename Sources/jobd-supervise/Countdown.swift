/// A span of time that runs out, and that can be made to stand still.
struct Countdown {
    /// When it has run out, on the monotonic clock; `.max` while it does not run.
    private(set) var deadline = Int64.max
    /// How long it runs, in microseconds; nil: it never runs out.
    private let span: Int64?
    /// What is left of it while it stands still; nil while it runs, and when it
    /// was never started or is over.
    private var left: Int64?

    init(_ span: Int64?) {
        self.span = span
    }

    /// Begins, or begins again, with all of the span.
    mutating func start(now: Int64) {
        guard let span else { return }
        left = nil
        deadline = Self.end(now, span)
    }

    /// Begins again with all of the span, but only if it is running.
    mutating func restart(now: Int64) {
        if deadline != .max { start(now: now) }
    }

    /// Goes on, or stands still; nothing changes if it does so already.
    mutating func run(_ runs: Bool, now: Int64) {
        if runs {
            guard let left else { return }
            self.left = nil
            deadline = Self.end(now, left)
        } else if deadline != .max {
            left = deadline - now
            deadline = .max
        }
    }

    /// Never runs out any more.
    mutating func stop() {
        left = nil
        deadline = .max
    }

    private static func end(_ now: Int64, _ span: Int64) -> Int64 {
        let (end, overflow) = now.addingReportingOverflow(span)
        return overflow ? .max : end
    }
}
