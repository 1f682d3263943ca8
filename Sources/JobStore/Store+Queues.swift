import GRDB
package import JobModel

/// Making, changing and removing queues.
extension Store {
    /// Every queue and what is in it, by name.
    package func queues() async throws -> [QueueStatus] {
        try await pool.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT name, slots, paused, resources FROM queues ORDER BY name"
            ).map { try Self.status(of: Self.queue($0), in: database) }
        }
    }

    /// A queue and what is in it; nil when there is none of that name.
    package func queue(_ name: String) async throws -> QueueStatus? {
        try await pool.read { database in
            try Self.queue(name, in: database).map { try Self.status(of: $0, in: database) }
        }
    }

    /// Makes a queue, or changes it. Fewer slots or resources than are in use take
    /// nothing from what runs.
    ///
    /// - Returns: the queue, and whether it is new.
    /// - Throws: `conflict` when jobs that have not finished could never get what
    ///   they need.
    package func setQueue(
        _ name: String, _ change: QueueChange
    ) async throws -> (status: QueueStatus, isNew: Bool) {
        let encoded = try change.resources.map { try Columns.json($0) }
        return try await writer.write(effects: .scheduling) { database in
            let existing = try Self.queue(name, in: database)
            var queue = existing ?? Queue(name: name)
            queue.slots = change.slots ?? queue.slots
            queue.isPaused = change.isPaused ?? queue.isPaused
            if let resources = change.resources, resources != queue.resources {
                queue.resources = resources
                try Self.checkFit(queue, in: database)
            }
            try database.execute(
                sql: """
                    INSERT INTO queues (name, slots, paused, resources, slots_given)
                    VALUES (?1, ?2, ?3, coalesce(?4, '{}'), 1)
                    ON CONFLICT (name) DO UPDATE SET slots = ?2, paused = ?3,
                        resources = coalesce(?4, resources),
                        slots_given = max(slots_given, ?5)
                    """,
                arguments: [name, queue.slots, queue.isPaused, encoded, change.slots != nil])
            return (try Self.status(of: queue, in: database), existing == nil)
        }
    }

    /// Removes a queue. Its finished jobs stay.
    ///
    /// - Throws: `queue_not_found`; `conflict` when jobs are in it, or it is the
    ///   default one.
    package func removeQueue(_ name: String) async throws {
        try await writer.write(effects: []) { database in
            guard let queue = try Self.queue(name, in: database) else {
                throw Self.noQueue(name)
            }
            guard name != JobSpec.defaultQueue else {
                throw JobError(
                    .conflict, "The queue '\(name)' cannot be removed. Pause it instead.")
            }
            let status = try Self.status(of: queue, in: database)
            let count = status.running + status.queued + status.waiting
            guard count == 0 else {
                throw JobError(
                    .conflict,
                    "The queue '\(name)' has \(count) unfinished jobs. Move or cancel them first.")
            }
            try database.execute(sql: "DELETE FROM queues WHERE name = ?", arguments: [name])
        }
    }

    /// Says how many slots a queue has as long as nobody has said so by
    /// `setQueue`.
    package func setDefaultSlots(_ slots: Int, ofQueue name: String) async throws {
        try await writer.write(effects: .scheduling) { database in
            try database.execute(
                sql: "UPDATE queues SET slots = ? WHERE name = ? AND slots_given = 0",
                arguments: [slots, name])
        }
    }

    /// The error for a queue that does not exist.
    package static func noQueue(_ name: String) -> JobError {
        JobError(.queueNotFound, "There is no queue '\(name)'.")
    }

    static func queue(_ name: String, in database: Database) throws -> Queue? {
        let statement = try database.cachedStatement(
            sql: "SELECT name, slots, paused, resources FROM queues WHERE name = ?")
        return try Row.fetchOne(statement, arguments: [name]).map { try queue($0) }
    }

    static func queue(_ row: Row) throws -> Queue {
        Queue(
            name: row["name"], slots: row["slots"], isPaused: row["paused"],
            resources: try Columns.resources(row["resources"]))
    }

    /// What the queue's active jobs were given, one after the other.
    static func granted(inQueue name: String, in database: Database) throws -> [[String: Grant]] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT a.granted FROM jobs j INDEXED BY jobs_active
                    JOIN attempts a ON a.job_id = j.id AND a.number = j.attempt
                WHERE j.queue = ? AND j.state IN ('running', 'paused')
                    AND a.granted IS NOT NULL
                """)
        return try String.fetchAll(statement, arguments: [name]).map { try Columns.grants($0) }
    }

    /// How many of its jobs hold a slot.
    static func activeCount(inQueue name: String, in database: Database) throws -> Int {
        let statement = try database.cachedStatement(
            sql: """
                SELECT count(*) FROM jobs INDEXED BY jobs_active
                WHERE queue = ? AND state IN ('running', 'paused')
                """)
        return try Int.fetchOne(statement, arguments: [name]) ?? 0
    }

    private static func status(of queue: Queue, in database: Database) throws -> QueueStatus {
        func count(_ index: StaticString, _ state: JobState) throws -> Int {
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM jobs INDEXED BY \(index)
                    WHERE queue = ? AND state = '\(state.rawValue)'
                    """, arguments: [queue.name]) ?? 0
        }
        var inUse: [String: Grant] = [:]
        for (name, grant) in try granted(inQueue: queue.name, in: database).joined() {
            switch (inUse[name], grant) {
            case (.amount(let sum)?, .amount(let more)): inUse[name] = .amount(sum + more)
            case (.names(let names)?, .names(let more)):
                inUse[name] = .names((names + more).sorted())
            case (_, let only): inUse[name] = only
            }
        }
        return QueueStatus(
            queue: queue, inUse: inUse,
            running: try activeCount(inQueue: queue.name, in: database),
            queued: try count("jobs_queued", .queued),
            waiting: try count("jobs_waiting", .waiting))
    }

    private static func checkFit(_ queue: Queue, in database: Database) throws {
        let needs = try Row.fetchAll(
            database,
            sql: """
                SELECT resources, min(id) AS first, count(*) AS jobs FROM jobs
                WHERE queue = ? AND state IN ('waiting', 'queued', 'running', 'paused')
                    AND resources <> '{}'
                GROUP BY resources
                """, arguments: [queue.name])
        for row in needs {
            guard let misfit = queue.misfits(try Columns.amounts(row["resources"])).first
            else { continue }
            let jobs: Int = row["jobs"]
            let first: Int64 = row["first"]
            throw JobError(
                .conflict,
                "Job \(first)\(jobs > 1 ? " and others" : "") could never get what it needs: "
                    + "\(misfit.field) \(misfit.message). Move or cancel it first.")
        }
    }
}
