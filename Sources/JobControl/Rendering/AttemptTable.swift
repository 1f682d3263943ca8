import JobAPI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A job's attempts as a table.
enum AttemptTable {
    /// A row for each attempt.
    ///
    /// - Parameter now: Seconds since 1970, to tell how long one has been running.
    static func table(_ attempts: [AttemptResource], now: Double) -> Table {
        var table = Table([
            Table.Column(title: "ATTEMPT", isAlignedRight: true),
            Table.Column(title: "STARTED"),
            Table.Column(title: "TIME", isAlignedRight: true),
            Table.Column(title: "MEMORY", isAlignedRight: true),
            Table.Column(title: "OUTPUT", isAlignedRight: true),
            Table.Column(title: "OUTCOME", isFlexible: true),
        ])
        for attempt in attempts {
            table.append([
                Table.Cell("\(attempt.number)"),
                Table.Cell(attempt.startedAt.map(TimeText.local) ?? "-"),
                Table.Cell(seconds(attempt, now: now).map(Quantity.duration) ?? "-"),
                Table.Cell(bytes(attempt.usage?.maxRSSBytes)),
                Table.Cell(bytes(attempt.usage?.outputBytes)),
                Table.Cell(outcome(attempt), Style.color(of: attempt.outcome ?? .running)),
            ])
        }
        return table
    }

    private static func outcome(_ attempt: AttemptResource) -> String {
        switch attempt.outcome {
        case nil: return "running"
        case JobResource.State.failed?:
            let reason = JobText.reason(
                failure: attempt.failure, exitCode: attempt.exitCode, signal: attempt.signal,
                error: attempt.error)
            return "failed: \(reason)"
        case .some(let outcome): return DisplayText.clean(outcome.rawValue)
        }
    }

    private static func seconds(_ attempt: AttemptResource, now: Double) -> Double? {
        guard let start = attempt.startedAt?.timeIntervalSince1970 else { return nil }
        return max(0, (attempt.finishedAt?.timeIntervalSince1970 ?? now) - start)
    }

    private static func bytes(_ count: Int64?) -> String {
        count.map { Quantity.bytes(Double($0)) } ?? "-"
    }
}
