import Foundation
import GRDB
package import JobModel

/// Adding jobs: one, or many that are added together or not at all.
extension Store {
    /// Adds a job, durable when this returns.
    ///
    /// - Throws: `invalid_spec` when something it names does not exist.
    package func submit(_ spec: JobSpec, by owner: Identity = .anyone) async throws -> Job {
        let submitted = try await submit([Submission(spec)], asBatch: false, key: nil, by: owner)
        guard let job = submitted.jobs.first else { throw Self.missing(JobID(rawValue: 0)) }
        return job
    }

    /// Adds jobs, all of them or none, durable when this returns. They get ids in
    /// a row, in their order.
    ///
    /// - Parameters:
    ///   - submissions: at least one; their siblings make no circle.
    ///   - isBatch: whether errors say which of them they are about.
    ///   - key: when `owner` submitted these jobs before under this key, that is
    ///     what is returned, as they are now.
    ///   - owner: whose jobs they are.
    ///   - visibleOwner: whose jobs they may come after; nil for everybody's. Those
    ///     of others do not exist for them.
    /// - Throws: `invalid_spec` with all that they name and does not exist;
    ///   `idempotency_conflict` when the key belongs to another request.
    package func submit(
        _ submissions: [Submission], asBatch isBatch: Bool, key: IdempotencyKey?,
        by owner: Identity = .anyone, seeingOnly visibleOwner: Identity? = nil
    ) async throws -> Submitted {
        let encoded = try submissions.map(EncodedSpec.init)
        let now = self.now()
        return try await writer.write(grows: true) { database, effects in
            if let key,
                let jobs = try Self.jobs(submittedUnder: key, by: owner, at: now, in: database)
            {
                return Submitted(jobs: jobs, isNew: false)
            }
            effects = [.events, .scheduling]
            try Self.check(
                submissions, isBatch: isBatch, seeingOnly: visibleOwner, in: database)
            var ids: [JobID] = []
            var jobs: [Job] = []
            for encoded in encoded {
                let job = try Self.insert(encoded, by: owner, at: now, into: database)
                ids.append(job.id)
                jobs.append(job)
            }
            for (index, submission) in submissions.enumerated()
            where !submission.siblings.isEmpty || !submission.spec.after.isEmpty {
                try Self.insertDependencies(
                    of: ids[index], submission, siblings: submission.siblings.map { ids[$0] },
                    at: now, into: database)
            }
            // What comes after something that has already failed.
            var rest = Self.settledAtOnce
            if try Self.settle(&rest, at: now, in: database) { effects.insert(.ends) }
            for (index, submission) in submissions.enumerated()
            where !submission.siblings.isEmpty || !submission.spec.after.isEmpty {
                if let job = try Self.job(ids[index], in: database) { jobs[index] = job }
            }
            if let key, let first = ids.first {
                try database.execute(
                    sql: """
                        INSERT INTO idempotency_keys (owner, key, digest, first_job, jobs)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        owner.rawValue, key.key, Self.blob(key), first.rawValue, ids.count,
                    ])
            }
            return Submitted(jobs: jobs, isNew: true)
        }
    }

    // MARK: The same request again

    private static func blob(_ key: IdempotencyKey) -> DatabaseValue {
        key.digest.withUnsafeBytes { Data($0) }.databaseValue
    }

    private static func jobs(
        submittedUnder key: IdempotencyKey, by owner: Identity, at now: Timestamp,
        in database: Database
    ) throws -> [Job]? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT digest, first_job, jobs FROM idempotency_keys
                WHERE owner = ? AND key = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [owner.rawValue, key.key])
        else { return nil }
        let digest: Data = row["digest"]
        guard digest == key.digest.withUnsafeBytes({ Data($0) }) else {
            throw JobError(
                .idempotencyConflict,
                "This Idempotency-Key was used for another request. Use a key of its own for "
                    + "each job.")
        }
        let first: Int64 = row["first_job"]
        let count: Int64 = row["jobs"]
        // Of a batch some may have been deleted since.
        return try (first..<first + count).compactMap {
            try job(JobID(rawValue: $0), at: now, in: database)
        }
    }

    // MARK: Checking

    /// - Throws: `invalid_spec` with everything that is named and does not exist,
    ///   or cannot be had.
    private static func check(
        _ submissions: [Submission], isBatch: Bool, seeingOnly visibleOwner: Identity?,
        in database: Database
    ) throws {
        var errors: [FieldError] = []
        var queues: [String: Queue?] = [:]
        let exists = try database.cachedStatement(
            sql: "SELECT 1 FROM jobs WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)")
        for (index, submission) in submissions.enumerated() {
            func reject(_ field: String, _ message: String) {
                guard errors.count < 100 else { return }
                errors.append(
                    FieldError(
                        field: isBatch ? "jobs[\(index)].\(field)" : field, message: message))
            }
            let spec = submission.spec
            let found = try queues[spec.queue] ?? queue(spec.queue, in: database)
            queues[spec.queue] = .some(found)
            if let found {
                for misfit in found.misfits(spec.resources) { reject(misfit.field, misfit.message) }
            } else {
                reject("queue", "is not a queue that exists: '\(spec.queue)'")
            }
            for id in spec.after
            where try Bool.fetchOne(
                exists, arguments: [id.rawValue, visibleOwner?.rawValue]) != true
            {
                reject("after", "names job \(id), which does not exist")
            }
        }
        guard errors.isEmpty else {
            let fields = errors.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
            throw JobError(.invalidSpec, "Not accepted: \(fields).", fields: errors)
        }
    }

    // MARK: Inserting

    /// A submission whose JSON columns are written, which needs no database.
    private struct EncodedSpec: Sendable {
        let spec: JobSpec
        let isHeld: Bool
        let command: String
        let labels: String
        let environment: String
        let retry: String?
        let resources: String
        let secrets: String
        let runAs: String?
        let limits: String
        let parameters: String?

        init(_ submission: Submission) throws {
            spec = submission.spec
            isHeld = !submission.siblings.isEmpty || !submission.spec.after.isEmpty
            command = try Columns.json(spec.command)
            labels = try Columns.json(spec.labels)
            environment = try Columns.json(spec.environment)
            retry = try spec.retry.map { try Columns.json($0) }
            resources = try Columns.json(spec.resources)
            secrets = try Columns.json(spec.secretEnvironment)
            runAs = try spec.runAs.map { try Columns.json($0) }
            limits = try Columns.json(spec.limits)
            parameters = try spec.definition.map { try Columns.json($0.parameters) }
        }
    }

    private static func insert(
        _ encoded: EncodedSpec, by owner: Identity, at now: Timestamp, into database: Database
    ) throws -> Job {
        let spec = encoded.spec
        // One that comes after others is let go below, when they are known.
        let standing = Standing(
            isHeld: encoded.isHeld, retryAt: nil, notBefore: spec.notBefore, now: now)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO jobs (queue, priority, name, command, labels, cwd, environment,
                    stdin, tty, watch_files, timeout, stall_timeout, kill_grace,
                    output_limit_bytes, retry, not_before, after_policy, resources, state,
                    waiting_for, wake_at, attempt_limit, input_ended, created_at, owner,
                    definition, parameters, secret_environment, run_as, limits)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                        ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            spec.queue, spec.priority, spec.name, encoded.command, encoded.labels, spec.cwd,
            encoded.environment, spec.stdin, spec.tty, spec.watchFiles, spec.timeout,
            spec.stallTimeout, spec.killGrace, spec.outputLimitBytes, encoded.retry,
            spec.notBefore?.microseconds, spec.afterPolicy.rawValue, encoded.resources,
            standing.state.rawValue, standing.waitingFor?.rawValue,
            standing.wakeAt?.microseconds, spec.retry?.maxAttempts ?? 1, spec.stdin != nil,
            now.microseconds, owner.rawValue, spec.definition?.name, encoded.parameters,
            encoded.secrets, encoded.runAs, encoded.limits,
        ])
        let id = JobID(rawValue: database.lastInsertedRowID)
        let event = try EventRow.insert(
            .state(standing.change), job: id, attempt: 0, time: now, by: owner, into: database)
        return Job(
            id: id, spec: spec, owner: owner, state: standing.state,
            waitingFor: standing.waitingFor, eligibleAt: standing.wakeAt, attempt: 0,
            createdAt: now, cursor: event)
    }
}
