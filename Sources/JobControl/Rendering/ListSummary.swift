import JobAPI

/// How many jobs stand how: `3 running, 12 queued, 1 failed`.
enum ListSummary {
    /// The summary, the states in the order of interest.
    static func line(_ jobs: some Sequence<JobResource>) -> StyledLine {
        var counts: [JobResource.State: Int] = [:]
        for job in jobs { counts[job.state, default: 0] += 1 }
        var line = StyledLine()
        let others = counts.keys.filter { !order.contains($0) }
            .sorted { $0.rawValue < $1.rawValue }
        for state in order + others {
            guard let count = counts[state] else { continue }
            if !line.pieces.isEmpty { line.append(", ") }
            line.append("\(count) \(DisplayText.clean(state.rawValue))", Style.color(of: state))
        }
        if line.pieces.isEmpty { line.append("no jobs") }
        return line
    }

    private static let order: [JobResource.State] = [
        .running, .paused, .queued, .waiting, .failed, .cancelled, .succeeded,
    ]
}
