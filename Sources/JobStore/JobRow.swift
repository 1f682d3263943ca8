import Foundation
import GRDB
import JobModel

/// How a job is kept in the table `jobs`.
enum JobRow {
    /// The columns `decode` expects, with the newest reading and event joined.
    static let select = """
        SELECT j.id, j.queue, j.name, j.command, j.labels, j.cwd, j.environment, j.stdin, j.tty,
               j.timeout, j.kill_grace, j.output_limit_bytes, j.state, j.attempt, j.created_at,
               j.started_at, j.finished_at, j.cancel_requested_at, j.exit_code, j.signal,
               j.failure, j.error, j.cpu, j.max_rss_bytes, j.output_bytes,
               (SELECT max(e.id) FROM events e WHERE e.job_id = j.id) AS cursor,
               p.time AS progress_time, p.fraction, p.done, p.total, p.unit, p.message, p.rate,
               p.eta_seconds, p.source
        FROM jobs j LEFT JOIN events p ON p.id = j.progress_event
        """

    /// - Throws: `internal_error` when the row is not one this program wrote.
    static func decode(_ row: Row) throws -> Job {
        let id: Int64 = row["id"]
        func corrupt(_ column: String) -> JobError {
            JobError(.internalError, "Job \(id) has an unreadable \(column) in the database.")
        }
        guard let command = Self.command(row["command"]) else { throw corrupt("command") }
        guard let state = JobState(rawValue: row["state"]) else { throw corrupt("state") }
        var failure: Failure?
        if let word: String = row["failure"] {
            failure = Failure(rawValue: word)
            if failure == nil { throw corrupt("failure") }
        }
        let spec = JobSpec(
            command: command, name: row["name"], queue: row["queue"],
            labels: try strings(row["labels"]), cwd: row["cwd"],
            environment: try strings(row["environment"]), stdin: row["stdin"], tty: row["tty"],
            timeout: row["timeout"], killGrace: row["kill_grace"],
            outputLimitBytes: row["output_limit_bytes"])
        var usage: Usage?
        if let output: Int64 = row["output_bytes"] {
            usage = Usage(
                cpuMicroseconds: row["cpu"] ?? 0, maxRSSBytes: row["max_rss_bytes"] ?? 0,
                outputBytes: output)
        }
        var progress: StampedProgress?
        if let time: Int64 = row["progress_time"] {
            progress = StampedProgress(
                progress: EventRow.progress(row), time: Timestamp(microseconds: time))
        }
        return Job(
            id: JobID(rawValue: id), spec: spec, state: state, attempt: row["attempt"],
            createdAt: Timestamp(microseconds: row["created_at"]),
            startedAt: timestamp(row["started_at"]), finishedAt: timestamp(row["finished_at"]),
            cancelRequestedAt: timestamp(row["cancel_requested_at"]), exitCode: row["exit_code"],
            signal: row["signal"], failure: failure, error: row["error"], progress: progress,
            usage: usage, cursor: EventID(rawValue: row["cursor"] ?? 0))
    }

    static func timestamp(_ microseconds: Int64?) -> Timestamp? {
        microseconds.map(Timestamp.init(microseconds:))
    }

    /// A command as JSON: an array or a string.
    static func json(_ command: Command) throws -> String {
        switch command {
        case .arguments(let arguments): try json(arguments)
        case .shell(let line): try json(line)
        }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func command(_ json: String) -> Command? {
        let data = Data(json.utf8)
        let decoder = JSONDecoder()
        // What is not the one is the other.
        if let line = try? decoder.decode(String.self, from: data) { return .shell(line) }
        if let arguments = try? decoder.decode([String].self, from: data) {
            return .arguments(arguments)
        }
        return nil
    }

    private static func strings(_ json: String) throws -> [String: String] {
        if json == "{}" { return [:] }
        return try JSONDecoder().decode([String: String].self, from: Data(json.utf8))
    }
}
