import JobModel

@testable import JobStore

/// What is made up for those who tell nothing.
extension StoreModel {
    /// A job as it is shown.
    func shown(_ id: JobID, at now: Timestamp) -> Job? {
        guard let record = records[id] else { return nil }
        var job = record.job
        guard job.state.isActive, !record.isMeasured, let name = job.spec.name,
            let typical = typicalDuration(of: name, by: job.owner), let start = job.startedAt,
            let pausedTime = record.pausedTimes.last
        else { return job }
        let elapsed = max(0, (record.pausedAt ?? now) - start - pausedTime)
        let thousandths = (Double(elapsed) / Double(typical) * 1000).rounded(.down)
        job.progress = StampedProgress(
            progress: Progress(
                fraction: min(thousandths / 1000, 0.99), message: job.progress?.progress.message,
                etaSeconds: elapsed > typical ? nil : Double(typical - elapsed) / 1_000_000,
                source: .history), time: now)
        return job
    }

    /// Jobs as they are shown.
    func shown(_ jobs: [Job], at now: Timestamp) -> [Job] {
        jobs.compactMap { shown($0.id, at: now) }
    }

    /// Half of the ten last that succeeded took longer, half of them less; a second
    /// at least.
    private func typicalDuration(of name: String, by owner: Identity?) -> Int64? {
        let runs = records.values.filter {
            $0.job.spec.name == name && $0.job.owner == owner && $0.job.state == .succeeded
        }
        let last = runs.sorted {
            ($1.attempts.last?.finishedAt?.microseconds ?? 0, $1.job.id)
                < ($0.attempts.last?.finishedAt?.microseconds ?? 0, $0.job.id)
        }.prefix(10)
        let durations = last.compactMap { record -> Int64? in
            guard let attempt = record.attempts.last, let finishedAt = attempt.finishedAt else {
                return nil
            }
            return finishedAt - attempt.startedAt - (record.pausedTimes.last ?? 0)
        }.sorted()
        guard !durations.isEmpty else { return nil }
        let (low, high) = (durations[(durations.count - 1) / 2], durations[durations.count / 2])
        let median = low + (high - low) / 2
        return median < 1_000_000 ? nil : median
    }
}
