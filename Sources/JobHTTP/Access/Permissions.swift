import JobModel
import JobStore

/// Who may do what, and who sees which jobs: the rules are here, and every route
/// names the one it follows.

extension JobRequestContext {
    /// Who asks.
    ///
    /// - Throws: `unauthorized` when that is not known.
    var requester: Principal {
        get throws(JobError) {
            guard let principal else {
                throw JobError(.unauthorized, Access.howToSignIn)
            }
            return principal
        }
    }

    /// By what it is known who asks.
    ///
    /// - Throws: `unauthorized` when it is not.
    var proof: Credential {
        get throws(JobError) {
            guard let credential else { throw JobError(.unauthorized, Access.howToSignIn) }
            return credential
        }
    }

    /// Who asks, when they may do what `role` may.
    ///
    /// - Throws: `unauthorized`, `forbidden`.
    @discardableResult
    func require(_ role: Role) throws(JobError) -> Principal {
        let principal = try requester
        guard principal.role >= role else {
            throw principal.forbidden("has the role \(principal.role.rawValue)", role)
        }
        return principal
    }
}

extension Store {
    /// The job that the request's path names, for whoever sees it.
    ///
    /// - Throws: `unauthorized`; `job_not_found` also for a job of somebody else, so
    ///   that nobody learns that it is there.
    func job(for context: JobRequestContext) async throws -> Job {
        let principal = try context.requester
        let id = try context.jobID
        // An owner stays the same for good, so what is done to the job after this
        // is done to one that may be seen.
        guard let job = try await job(id), principal.sees(jobsOf: job.owner) else {
            throw Self.missing(id)
        }
        return job
    }

    /// The same for whoever may do this to it as well, and who that is. It comes
    /// before the body is looked at: what is wrong with that is nobody else's business.
    ///
    /// - Throws: `unauthorized`, `forbidden`, `job_not_found`.
    func controlledJob(
        for context: JobRequestContext, to deed: Deed
    ) async throws -> (job: Job, who: Principal) {
        let principal = try context.require(.submit)
        let job = try await job(for: context)
        try principal.checkMay(deed, job.spec)
        return (job, principal)
    }
}

extension QueryParameters {
    /// Whose jobs are asked for, as far as `principal` sees them; nil: everybody's.
    ///
    /// - Throws: `invalid_parameter`; `forbidden` for others' jobs.
    func owner(seenBy principal: Principal) throws(JobError) -> Identity? {
        guard let text = try string("owner") else { return principal.visibleOwner }
        guard let owner = Identity(rawValue: text) else {
            throw Self.invalid("owner", "must be user:NUMBER, token:NAME or anyone")
        }
        guard principal.sees(jobsOf: owner) else {
            throw principal.forbidden("sees its own jobs only", .read)
        }
        return owner
    }
}

extension Principal {
    /// Whether it may have this run: what is not made from a definition takes a
    /// principal that is not limited to some, and who it runs as is an
    /// administrator's business.
    ///
    /// - Throws: `forbidden`.
    func checkMayRun(_ spec: JobSpec) throws(JobError) {
        guard mayRun(spec) else {
            throw JobError(
                .forbidden,
                "\(identity.rawValue) may only start certain definitions. GET /definitions "
                    + "says which.")
        }
        if spec.runAs != nil, spec.definition == nil, role < .admin {
            throw forbidden("may not choose the user that a job runs as", .admin)
        }
    }

    /// Whether it may change this about a job: its queue and priority are its
    /// definition's for whoever is limited to definitions, and the labels that the
    /// definition sets are for everybody but administrators.
    ///
    /// - Parameter definition: the job's, if it has one that is still there.
    /// - Throws: `forbidden`.
    func checkMayMake(
        _ change: JobChange, to spec: JobSpec, of definition: Definition?
    ) throws(JobError) {
        if definitions != nil, change.queue != nil || change.priority != nil {
            throw JobError(
                .forbidden,
                "\(identity.rawValue) may only start certain definitions, which say the queue and "
                    + "the priority.")
        }
        guard role < .admin, let use = spec.definition, let labels = change.labels else { return }
        // Of a definition that is gone nobody knows which of them it has set. And they
        // count as the job has them: the definition may have been changed since.
        let fixed = definition?.spec.labels ?? spec.labels
        for label in fixed.keys.sorted() where labels[label] != spec.labels[label] {
            throw JobError(
                .forbidden,
                "The label '\(label)' is set by the definition '\(use.name)'; send it as it is: "
                    + "\(spec.labels[label] ?? "").")
        }
    }

    fileprivate func forbidden(_ fact: String, _ role: Role) -> JobError {
        JobError(.forbidden, "\(identity.rawValue) \(fact); this takes \(role.rawValue).")
    }
}
