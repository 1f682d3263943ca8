import GRDB
import JobModel

/// How an event is kept in the table `events`.
enum EventRow {
    /// The columns `decode` expects, in this order.
    static let columns = """
        e.id, e.job_id, e.time, e.attempt, e.kind, e.state, e.exit_code, e.signal, e.failure, \
        e.error, e.fraction, e.done, e.total, e.unit, e.message, e.rate, e.eta_seconds, e.source, \
        e.waiting_for, e.actor, e.action
        """

    /// - Throws: `internal_error` when the row is not one this program wrote.
    static func decode(_ row: Row) throws -> Event {
        let id: Int64 = row[0]
        func state() throws -> JobState {
            guard let word: String = row[5], let state = JobState(rawValue: word) else {
                throw JobError(.internalError, "Event \(id) has no readable state.")
            }
            return state
        }
        let content: Event.Content
        let kind: String = row[4]
        switch kind {
        case "progress":
            content = .progress(
                Progress(
                    fraction: row[10], done: row[11], total: row[12], unit: row[13],
                    message: row[14], rate: row[15], etaSeconds: row[16],
                    source: ProgressSource(rawValue: row[17] ?? "")))
        case "end":
            let failure: String? = row[8]
            content = .end(
                Event.End(
                    state: try state(), exitCode: JobRow.small(row[6]),
                    signal: JobRow.small(row[7]),
                    failure: failure.flatMap(Failure.init(rawValue:)), error: row[9]))
        case "state" where !row.hasNull(atIndex: 20):
            let word: String = row[20]
            guard let action = Event.Action(rawValue: word) else {
                throw JobError(.internalError, "Event \(id) has no readable action.")
            }
            content = .action(action, try state())
        default:
            let failure: String? = row[8]
            let reason: String? = row[18]
            content = .state(
                Event.StateChange(
                    try state(), waitingFor: reason.flatMap(WaitReason.init(rawValue:)),
                    exitCode: JobRow.small(row[6]), signal: JobRow.small(row[7]),
                    failure: failure.flatMap(Failure.init(rawValue:)), error: row[9]))
        }
        let actor: String? = row[19]
        return Event(
            id: EventID(rawValue: id), job: JobID(rawValue: row[1]),
            time: Timestamp(microseconds: row[2]), attempt: row[3], content: content,
            actor: actor.flatMap(Identity.init(rawValue:)))
    }

    /// The reading of a row that has its columns by name.
    static func progress(_ row: Row) -> Progress {
        Progress(
            fraction: row["fraction"], done: row["done"], total: row["total"], unit: row["unit"],
            message: row["message"], rate: row["rate"], etaSeconds: row["eta_seconds"],
            source: ProgressSource(rawValue: row["source"] ?? ""))
    }

    /// Adds an event.
    ///
    /// - Parameter actor: who caused it; nil when it came about by itself.
    @discardableResult
    static func insert(
        _ content: Event.Content, job: JobID, attempt: Int, time: Timestamp,
        by actor: Identity? = nil, into database: Database
    ) throws -> EventID {
        switch content {
        case .state(let change):
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO events (job_id, time, attempt, kind, state, exit_code, signal,
                                        failure, error, waiting_for, actor)
                    VALUES (?, ?, ?, 'state', ?, ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                job.rawValue, time.microseconds, attempt, change.state.rawValue,
                change.exitCode, change.signal, change.failure?.rawValue, change.error,
                change.waitingFor?.rawValue, actor?.rawValue,
            ])
        case .action(let action, let state):
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO events (job_id, time, attempt, kind, state, action, actor)
                    VALUES (?, ?, ?, 'state', ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                job.rawValue, time.microseconds, attempt, state.rawValue, action.rawValue,
                actor?.rawValue,
            ])
        case .progress(let progress):
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO events (job_id, time, attempt, kind, fraction, done, total, unit,
                                        message, rate, eta_seconds, source)
                    VALUES (?, ?, ?, 'progress', ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                job.rawValue, time.microseconds, attempt, progress.fraction, progress.done,
                progress.total, progress.unit, progress.message, progress.rate,
                progress.etaSeconds, progress.source.rawValue,
            ])
        case .end(let end):
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO events (job_id, time, attempt, kind, state, exit_code, signal,
                                        failure, error, actor)
                    VALUES (?, ?, ?, 'end', ?, ?, ?, ?, ?, ?)
                    """)
            try statement.execute(arguments: [
                job.rawValue, time.microseconds, attempt, end.state.rawValue, end.exitCode,
                end.signal, end.failure?.rawValue, end.error, actor?.rawValue,
            ])
        }
        HistoryTally.current?.add(content)
        return EventID(rawValue: database.lastInsertedRowID)
    }
}
