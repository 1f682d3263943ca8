import GRDB
import JobModel

/// How a job is kept in the table `jobs`.
enum JobRow {
    /// The columns `decode` expects, with the newest reading, event and attempt
    /// joined.
    static let select = """
        SELECT j.id, j.queue, j.priority, j.name, j.command, j.labels, j.cwd, j.environment,
               j.stdin, j.tty, j.watch_files, j.timeout, j.stall_timeout, j.kill_grace,
               j.output_limit_bytes, j.retry, j.not_before, j.after_policy, j.resources,
               j.owner, j.definition, j.parameters, j.secret_environment, j.run_as, j.limits,
               j.state, j.waiting_for,
               j.wake_at, j.attempt, j.attempt_limit, j.created_at, j.started_at,
               j.finished_at, j.cancel_requested_at, j.exit_code, j.signal, j.failure, j.error,
               j.cpu, j.max_rss_bytes, j.output_bytes, t.granted,
               t.paused_time, t.paused_at, t.measured,
               (SELECT json_group_array(d.needs_id) FROM dependencies d
                WHERE d.job_id = j.id) AS needed,
               (SELECT max(e.id) FROM events e WHERE e.job_id = j.id) AS cursor,
               p.time AS progress_time, p.fraction, p.done, p.total, p.unit, p.message, p.rate,
               p.eta_seconds, p.source
        FROM jobs j LEFT JOIN events p ON p.id = j.progress_event
            LEFT JOIN attempts t ON t.job_id = j.id AND t.number = j.attempt
        """

    /// - Throws: `internal_error` when the row is not one this program wrote.
    static func decode(_ row: Row) throws -> Job {
        let id: Int64 = row["id"]
        func corrupt(_ column: String) -> JobError {
            JobError(.internalError, "Job \(id) has an unreadable \(column) in the database.")
        }
        guard let command = Columns.command(row["command"]) else { throw corrupt("command") }
        guard let state = JobState(rawValue: row["state"]) else { throw corrupt("state") }
        var failure: Failure?
        if let word: String = row["failure"] {
            failure = Failure(rawValue: word)
            if failure == nil { throw corrupt("failure") }
        }
        guard let afterPolicy = AfterPolicy(rawValue: row["after_policy"]) else {
            throw corrupt("after_policy")
        }
        let retry: String? = row["retry"]
        let runAs: String? = row["run_as"]
        let owner: String? = row["owner"]
        let waitingFor: String? = row["waiting_for"]
        let spec = JobSpec(
            command: command, name: row["name"], queue: row["queue"], priority: row["priority"],
            labels: try Columns.strings(row["labels"]), cwd: row["cwd"],
            environment: try Columns.strings(row["environment"]),
            secretEnvironment: try Columns.secrets(row["secret_environment"]), stdin: row["stdin"],
            tty: row["tty"], watchFiles: row["watch_files"], timeout: row["timeout"],
            stallTimeout: row["stall_timeout"], killGrace: row["kill_grace"],
            outputLimitBytes: row["output_limit_bytes"],
            retry: try retry.map(Columns.retry), notBefore: timestamp(row["not_before"]),
            after: try Columns.ids(row["needed"]), afterPolicy: afterPolicy,
            resources: try Columns.amounts(row["resources"]),
            runAs: try runAs.map(Columns.runAs), limits: try Columns.limits(row["limits"]),
            definition: try definition(row))
        var progress: StampedProgress?
        if let time: Int64 = row["progress_time"] {
            progress = StampedProgress(
                progress: EventRow.progress(row), time: Timestamp(microseconds: time))
        }
        return Job(
            id: JobID(rawValue: id), spec: spec, owner: owner.flatMap(Identity.init(rawValue:)),
            state: state,
            waitingFor: waitingFor.flatMap(WaitReason.init(rawValue:)),
            eligibleAt: timestamp(row["wake_at"]), attempt: row["attempt"],
            attemptLimit: row["attempt_limit"],
            createdAt: Timestamp(microseconds: row["created_at"]),
            startedAt: timestamp(row["started_at"]), finishedAt: timestamp(row["finished_at"]),
            cancelRequestedAt: timestamp(row["cancel_requested_at"]),
            exitCode: small(row["exit_code"]),
            signal: small(row["signal"]), failure: failure, error: row["error"], progress: progress,
            usage: usage(row), granted: try Columns.grants(row["granted"]),
            cursor: EventID(rawValue: row["cursor"] ?? 0))
    }

    private static func definition(_ row: Row) throws -> DefinitionUse? {
        guard let name: String = row["definition"] else { return nil }
        let parameters: String? = row["parameters"]
        return DefinitionUse(name: name, parameters: try Columns.parameters(parameters ?? "{}"))
    }

    /// What the row says was used; nil when nobody could tell.
    static func usage(_ row: Row) -> Usage? {
        guard let output: Int64 = row["output_bytes"] else { return nil }
        return Usage(
            cpuMicroseconds: row["cpu"] ?? 0, maxRSSBytes: row["max_rss_bytes"] ?? 0,
            outputBytes: output)
    }

    /// A number of the kernel's; nearest to one that it cannot be.
    static func small(_ number: Int64?) -> Int32? {
        number.map { Int32(clamping: $0) }
    }

    static func timestamp(_ microseconds: Int64?) -> Timestamp? {
        microseconds.map(Timestamp.init(microseconds:))
    }
}
