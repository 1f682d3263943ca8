/// How far an attempt may be that tells nothing of it itself: how long it has been
/// running, of the time that the earlier runs of its job's name took.
///
/// It is computed when somebody asks, and never stored as if it were measured.
package struct Estimate: Hashable, Sendable {
    package var attempt: AttemptID
    /// How many microseconds a run of this name takes.
    package var typicalDuration: Int64
    package var startedAt: Timestamp
    /// How many microseconds it has stood still, but for the pause it is in.
    package var pausedTime: Int64
    /// Since when it stands still.
    package var pausedAt: Timestamp?
    /// What the command has said it is doing.
    package var message: String?

    package init(
        attempt: AttemptID, typicalDuration: Int64, startedAt: Timestamp, pausedTime: Int64 = 0,
        pausedAt: Timestamp? = nil, message: String? = nil
    ) {
        self.attempt = attempt
        self.typicalDuration = typicalDuration
        self.startedAt = startedAt
        self.pausedTime = pausedTime
        self.pausedAt = pausedAt
        self.message = message
    }

    /// How many microseconds it has been running by `now`, without its pauses.
    package func elapsed(at now: Timestamp) -> Int64 {
        // The clock may have been set back since.
        max(0, (pausedAt ?? now) - startedAt - pausedTime)
    }

    /// The estimate as it is at `now`. It never says that all is done, and nothing
    /// about the time left once the run takes longer than those before it.
    package func reading(at now: Timestamp) -> StampedProgress {
        let elapsed = elapsed(at: now)
        return StampedProgress(
            progress: Progress(
                fraction: min(Double(step(elapsed)) / 1000, Self.highestFraction),
                message: message,
                etaSeconds: elapsed > typicalDuration
                    ? nil : Double(typicalDuration - elapsed) / 1_000_000,
                source: .history), time: now)
    }

    /// How many thousandths of the typical duration are over at `now`, and 1001 when
    /// all are and more: whoever has seen a reading sees nothing new in another of
    /// the same step.
    package func step(at now: Timestamp) -> Int64 {
        step(elapsed(at: now))
    }

    /// In how many microseconds from `now` the next step comes; nil when none will
    /// come by itself.
    package func nextChange(after now: Timestamp) -> Int64? {
        let elapsed = elapsed(at: now)
        guard pausedAt == nil, elapsed <= typicalDuration else { return nil }
        let next = Double(step(elapsed) + 1) * Double(typicalDuration) / 1000
        return max(1, min(Int64(next.rounded(.up)), typicalDuration + 1) - elapsed)
    }

    private func step(_ elapsed: Int64) -> Int64 {
        guard elapsed < typicalDuration else { return elapsed > typicalDuration ? 1001 : 1000 }
        return Int64(Double(elapsed) / Double(typicalDuration) * 1000)
    }

    /// Nobody but the job itself can say that all is done.
    private static let highestFraction = 0.99
}

extension Estimate {
    /// What a run takes by these durations of earlier ones, in microseconds: the
    /// median, of an even number the mean of the two in the middle. One is enough.
    /// Nil when there is none, or when it is over before anybody could look.
    package static func typicalDuration(of durations: [Int64]) -> Int64? {
        guard !durations.isEmpty else { return nil }
        let sorted = durations.sorted()
        let upper = sorted[sorted.count / 2]
        let lower = sorted[(sorted.count - 1) / 2]
        let median = lower + (upper - lower) / 2
        return median < shortestDuration ? nil : median
    }

    /// How many of a name's newest successful runs are looked at.
    package static let runs = 10

    /// A second. Of what is shorter an estimate would be noise.
    private static let shortestDuration: Int64 = 1_000_000
}
