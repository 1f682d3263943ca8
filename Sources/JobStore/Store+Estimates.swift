import GRDB
package import JobModel

/// How far jobs may be that tell nothing of it.
extension Store {
    /// The estimate for a job, waiting for the result on the calling thread; nil
    /// when it does not run, has told numbers in this attempt, has no name, or when
    /// the name has no earlier runs that say something.
    package func estimateBlocking(for id: JobID) throws -> Estimate? {
        try pool.read { database in
            guard let row = try Self.row(id, in: database) else { return nil }
            var runs = EarlierRuns(database)
            return try Self.estimate(for: try JobRow.decode(row), row, after: &runs)
        }
    }

    /// A job as it is shown at `now`: with an estimate where there is no reading.
    static func job(_ id: JobID, at now: Timestamp, in database: Database) throws -> Job? {
        guard let row = try row(id, in: database) else { return nil }
        var runs = EarlierRuns(database)
        return try job(row, at: now, after: &runs)
    }

    /// The same, from a row.
    static func job(_ row: Row, at now: Timestamp, after runs: inout EarlierRuns) throws -> Job {
        var job = try JobRow.decode(row)
        if let estimate = try estimate(for: job, row, after: &runs) {
            job.progress = estimate.reading(at: now)
        }
        return job
    }

    private static func estimate(
        for job: Job, _ row: Row, after runs: inout EarlierRuns
    ) throws -> Estimate? {
        guard job.state.isActive, let name = job.spec.name, let startedAt = job.startedAt,
            (row["measured"] as Int64?) == 0,
            let typical = try runs.typicalDuration(of: name, by: job.owner)
        else { return nil }
        return Estimate(
            attempt: AttemptID(job: job.id, number: job.attempt), typicalDuration: typical,
            startedAt: startedAt, pausedTime: row["paused_time"] ?? 0,
            pausedAt: JobRow.timestamp(row["paused_at"]), message: job.progress?.progress.message)
    }
}
