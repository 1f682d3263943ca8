import GRDB
package import JobModel

/// A job that was given a slot.
package struct Claim: Hashable, Sendable {
    package var attempt: AttemptID
    package var spec: JobSpec
    /// What it was given of its queue's resources.
    package var granted: [String: Grant]
}

/// What a look for work came to.
package struct ClaimRound: Hashable, Sendable {
    package var claims: [Claim]
    /// Whether another look would find more at once.
    package var mayHaveMore: Bool
    /// When the next waiting job becomes eligible.
    package var nextWake: Timestamp?
}

/// Choosing what starts next.
extension Store {
    /// Settles and wakes what is due, and gives free slots to queued jobs: of each
    /// queue by priority and then the oldest first. queued → running, a new
    /// attempt, and the event that says so, in one transaction.
    ///
    /// Only queues are looked at in which something has changed, and each step is
    /// a seek in an index, whatever the number of jobs.
    ///
    /// - Parameter limit: how many jobs at most are claimed.
    package func claim(bootID: String, limit: Int) async throws -> ClaimRound {
        try await allowForStep()
        let clock = self.now
        return try await writer.write(grows: true) { database, effects in
            let now = clock()
            var rest = Self.settledAtOnce
            if try Self.settle(&rest, at: now, in: database) { effects = [.events, .ends] }
            let woken = try Self.wake(at: now, in: database)
            var claims: [Claim] = []
            var isCut = false
            let ready = try database.cachedStatement(
                sql: """
                    SELECT name, slots, paused, resources FROM queues INDEXED BY queues_ready
                    WHERE ready = 1 ORDER BY name
                    """)
            for row in try Row.fetchAll(ready) {
                let queue = try Self.queue(row)
                let room = limit - claims.count
                let chosen = try Self.choose(from: queue, limit: room, in: database)
                for choice in chosen {
                    claims.append(
                        try Self.claim(choice, bootID: bootID, at: now, in: database))
                }
                // Cut short, it stays ready for the next look.
                if chosen.count >= room {
                    isCut = true
                    break
                }
                try database.cachedStatement(sql: "UPDATE queues SET ready = 0 WHERE name = ?")
                    .execute(arguments: [queue.name])
            }
            if woken > 0 || !claims.isEmpty { effects.insert(.events) }
            return ClaimRound(
                claims: claims, mayHaveMore: isCut || rest <= 0 || woken == Self.wokenAtOnce,
                nextWake: try Self.nextWake(in: database))
        }
    }

    // MARK: What was waited for

    /// How many jobs become eligible within one transaction.
    private static let wokenAtOnce = 200

    /// Makes those eligible whose time has come; how many that were.
    private static func wake(at now: Timestamp, in database: Database) throws -> Int {
        let due = try database.cachedStatement(
            sql: """
                SELECT id FROM jobs INDEXED BY jobs_waking
                WHERE wake_at <= ? ORDER BY wake_at, id LIMIT ?
                """)
        let ids = try Int64.fetchAll(due, arguments: [now.microseconds, wokenAtOnce])
        for id in ids {
            guard let job = try job(JobID(rawValue: id), in: database) else { continue }
            try place(
                job, Standing(isHeld: false, retryAt: nil, notBefore: nil, now: now), at: now,
                in: database)
        }
        return ids.count
    }

    private static func nextWake(in database: Database) throws -> Timestamp? {
        let next = try database.cachedStatement(
            sql: "SELECT min(wake_at) FROM jobs INDEXED BY jobs_waking WHERE wake_at IS NOT NULL")
        return JobRow.timestamp(try Int64.fetchOne(next))
    }

    // MARK: Whose turn it is

    /// A job that gets a slot.
    private struct Choice {
        let id: JobID
        let granted: [String: Grant]
    }

    /// At most `limit` jobs of a queue, as many as it has free slots and resources
    /// for, in their order.
    private static func choose(
        from queue: Queue, limit: Int, in database: Database
    ) throws -> [Choice] {
        guard !queue.isPaused else { return [] }
        let active = try activeCount(inQueue: queue.name, in: database)
        let room = min(queue.slots - active, limit)
        guard room > 0 else { return [] }
        let needs = try queuedNeeds(queue.name, in: database)
        // Jobs that need the same are in one another's order already; of each such
        // line only the first can have a turn.
        var candidates: [(priority: Int, id: Int64, needs: [String: Int64])] = []
        let first = try database.cachedStatement(
            sql: """
                SELECT id, priority FROM jobs INDEXED BY jobs_queued
                WHERE queue = ? AND state = 'queued' AND resources = ?
                ORDER BY priority DESC, id LIMIT ?
                """)
        for text in needs {
            let needs = try Columns.amounts(text)
            let rows = try Row.fetchCursor(first, arguments: [queue.name, text, room])
            while let row = try rows.next() {
                candidates.append((row["priority"], row["id"], needs))
            }
        }
        if needs.count > 1 {
            candidates.sort { ($1.priority, $0.id) < ($0.priority, $1.id) }
        }
        var pool = ResourcePool(
            queue.resources,
            inUse: queue.resources.isEmpty ? [] : try granted(inQueue: queue.name, in: database))
        var chosen: [Choice] = []
        for candidate in candidates where chosen.count < room {
            guard let granted = pool.take(candidate.needs) else { continue }
            chosen.append(Choice(id: JobID(rawValue: candidate.id), granted: granted))
        }
        return chosen
    }

    /// What the queue's queued jobs need, each need once: a seek for each.
    private static func queuedNeeds(_ queue: String, in database: Database) throws -> [String] {
        let next = try database.cachedStatement(
            sql: """
                SELECT resources FROM jobs INDEXED BY jobs_queued
                WHERE queue = ? AND state = 'queued' AND resources > ?
                ORDER BY resources LIMIT 1
                """)
        var needs: [String] = []
        while let need = try String.fetchOne(next, arguments: [queue, needs.last ?? ""]) {
            needs.append(need)
        }
        return needs
    }

    private static func claim(
        _ choice: Choice, bootID: String, at now: Timestamp, in database: Database
    ) throws -> Claim {
        let id = choice.id
        guard let job = try job(id, in: database) else { throw missing(id) }
        let number = job.attempt + 1
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET state = 'running', attempt = ?, progress_event = NULL,
                    retry_at = NULL, started_at = ?, exit_code = NULL, signal = NULL,
                    failure = NULL, error = NULL, cpu = NULL, max_rss_bytes = NULL,
                    output_bytes = NULL
                WHERE id = ? AND state = 'queued'
                """
        ).execute(arguments: [number, now.microseconds, id.rawValue])
        try database.cachedStatement(
            sql: """
                INSERT INTO attempts (job_id, number, boot_id, started_at, granted)
                VALUES (?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id.rawValue, number, bootID, now.microseconds,
            choice.granted.isEmpty ? nil : try Columns.json(choice.granted),
        ])
        try EventRow.insert(
            .state(.running), job: id, attempt: number, time: now, into: database)
        HistoryTally.current?.addAttempt()
        return Claim(
            attempt: AttemptID(job: id, number: number), spec: job.spec,
            granted: choice.granted)
    }
}
