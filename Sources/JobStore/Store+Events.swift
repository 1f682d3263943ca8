import GRDB
package import JobModel

/// Which events of all jobs somebody wants to see; what is nil or empty admits
/// all.
package struct EventFilter: Hashable, Sendable {
    /// The states that an event tells, or in which the job was: a reading is
    /// taken from a running job.
    package var states: [JobState] = []
    package var queue: String?
    /// Labels that the job must all have.
    package var labels: [String: String] = [:]
    /// Whose jobs they are about.
    package var owner: Identity?

    package init() {}

    /// Whether it admits everything.
    package var isEmpty: Bool { self == EventFilter() }
}

/// Reading the history, page by page.
extension Store {
    /// At most `limit` events of a job, those after `cursor`, in order.
    ///
    /// An `end` that was not the last is left out: the job was run again, and to
    /// a reader it has not ended there.
    package func events(
        of job: JobID, after cursor: EventID, limit: Int
    ) async throws -> [Event] {
        try await pool.read { try Self.events(of: job, after: cursor, limit: limit, in: $0) }
    }

    /// The same for a reader that has received everything up to `cursor`; nil when
    /// something behind that is gone, because the job is being deleted.
    package func nextEvents(
        of job: JobID, after cursor: EventID, limit: Int
    ) async throws -> [Event]? {
        try await pool.read { database in
            let events = try Self.events(of: job, after: cursor, limit: limit, in: database)
            if cursor > .beginning || events.isEmpty,
                try Self.wasPruned(job, after: cursor, in: database)
            {
                return nil
            }
            return events
        }
    }

    private static func events(
        of job: JobID, after cursor: EventID, limit: Int, in database: Database
    ) throws -> [Event] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(EventRow.columns) FROM events e
                WHERE e.job_id = ?1 AND e.id > ?2
                    AND (e.kind <> 'end'
                         OR e.id = (SELECT max(id) FROM events WHERE job_id = ?1))
                ORDER BY e.id LIMIT ?3
                """)
        return try fetch(statement, [job.rawValue, cursor.rawValue, limit])
    }

    /// At most `limit` events of all jobs that `filter` admits, those after
    /// `cursor`, in order. A search that takes long answers with fewer, and says how
    /// far it came.
    package func eventPage(
        matching filter: EventFilter, after cursor: EventID, limit: Int
    ) async throws -> EventPage {
        if filter.isEmpty {
            let events = try await pool.read {
                try Self.events(matching: filter, after: cursor, upTo: nil, limit: limit, in: $0)
            }
            return EventPage(
                events: events, lookedUpTo: events.count == limit ? events.last?.id : nil)
        }
        let start = ContinuousClock.now
        var found: [Event] = []
        var cursor = cursor
        while true {
            let rest = limit - found.count
            let (events, highest) = try await search.step { [cursor, search] in
                try await pool.read { database in
                    let highest = try Self.highest(
                        after: cursor, among: search.events, in: database)
                    let events = try Self.events(
                        matching: filter, after: cursor, upTo: highest, limit: rest, in: database)
                    return (events, highest)
                }
            }
            found += events
            if found.count == limit, let last = found.last {
                return EventPage(events: found, lookedUpTo: last.id)
            }
            guard let highest else { return EventPage(events: found, lookedUpTo: nil) }
            cursor = highest
            if ContinuousClock.now - start > search.patience {
                return EventPage(events: found, lookedUpTo: highest)
            }
        }
    }

    /// The newest of the next so many events that a search looks at; nil when these are
    /// the last.
    private static func highest(
        after cursor: EventID, among count: Int, in database: Database
    ) throws -> EventID? {
        let statement = try database.cachedStatement(
            sql: "SELECT id FROM events WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?")
        return try Int64.fetchOne(statement, arguments: [cursor.rawValue, count - 1])
            .map(EventID.init(rawValue:))
    }

    /// Events that `filter` admits, waiting for the result on the calling thread: for a
    /// reader that has a thread of its own.
    ///
    /// - Parameter newest: the last one that is looked at; nil: any.
    package func eventsBlocking(
        matching filter: EventFilter, after cursor: EventID, upTo newest: EventID? = nil,
        limit: Int
    ) throws -> [Event] {
        try pool.read {
            try Self.events(matching: filter, after: cursor, upTo: newest, limit: limit, in: $0)
        }
    }

    private static func events(
        matching filter: EventFilter, after cursor: EventID, upTo newest: EventID?, limit: Int,
        in database: Database
    ) throws -> [Event] {
        var jobs = JobFilter()
        jobs.queue = filter.queue
        jobs.labels = filter.labels
        jobs.owner = filter.owner
        var conditions = ["e.id > ?"]
        var arguments: StatementArguments = [cursor.rawValue]
        if let newest {
            conditions.append("e.id <= ?")
            arguments += [newest.rawValue]
        }
        try jobs.append(to: &conditions, &arguments)
        if !filter.states.isEmpty {
            let marks = filter.states.map { _ in "?" }.joined(separator: ", ")
            conditions.append("coalesce(e.state, 'running') IN (\(marks))")
            for state in filter.states { arguments += [state.rawValue] }
        }
        // CROSS, so that the events stay the outer loop and in their order
        // (sqlite.org/optoverview.html §8): a queue's jobs may be many.
        let join = jobs.isEmpty ? "" : " CROSS JOIN jobs j ON j.id = e.job_id"
        arguments += [limit]
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(EventRow.columns) FROM events e\(join)
                WHERE \(conditions.joined(separator: " AND ")) ORDER BY e.id LIMIT ?
                """)
        return try fetch(statement, arguments)
    }

    private static func fetch(
        _ statement: Statement, _ arguments: StatementArguments
    ) throws -> [Event] {
        var events: [Event] = []
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() { events.append(try EventRow.decode(row)) }
        return events
    }

    /// The id of the newest event; the beginning when there has been none.
    package func newestEvent() async throws -> EventID {
        try await pool.read(Self.newestEvent(in:))
    }

    /// The same, waiting for the result on the calling thread.
    package func newestEventBlocking() throws -> EventID {
        try pool.read(Self.newestEvent(in:))
    }

    /// `sqlite_sequence` keeps the newest id ever given (sqlite.org/autoinc.html),
    /// also when its row has been deleted since.
    static func newestEvent(in database: Database) throws -> EventID {
        let newest = try Int64.fetchOne(
            database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'events'")
        return EventID(rawValue: newest ?? 0)
    }
}

extension Store {
    /// Whether events of a job that came after `cursor` are no longer there.
    ///
    /// A history begins with the event of the submission: a state, before the first
    /// attempt. If its oldest event is another and lies after the cursor, then
    /// something between them is gone.
    package func wasPruned(_ job: JobID, after cursor: EventID) async throws -> Bool {
        try await pool.read { try Self.wasPruned(job, after: cursor, in: $0) }
    }

    private static func wasPruned(
        _ job: JobID, after cursor: EventID, in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: "SELECT id, attempt, action FROM events WHERE job_id = ? ORDER BY id LIMIT 1")
        guard let oldest = try Row.fetchOne(statement, arguments: [job.rawValue]) else {
            return true
        }
        let isFirst = oldest["attempt"] == 0 && oldest.hasNull(atIndex: 2)
        return oldest["id"] > cursor.rawValue && !isFirst
    }
}
