import JobModel

extension SubmissionRoutes {
    /// Sees to it that jobs which name a user may, and can, run as that.
    ///
    /// - Parameter isBatch: whether errors say which of the jobs they are about.
    /// - Throws: `forbidden` unless an administrator asks; `invalid_spec` with all
    ///   users that jobs cannot run as.
    func checkUsers(
        of specs: [JobSpec], isBatch: Bool, _ context: JobRequestContext
    ) async throws(JobError) {
        let role = context.principal?.role ?? .admin
        var errors: [FieldError] = []
        for (index, spec) in specs.enumerated() {
            guard let user = spec.runAs else { continue }
            let field = isBatch ? "jobs[\(index)].run_as" : "run_as"
            guard role == .admin else {
                let message = "takes the role admin: it says as whom a job runs"
                throw JobError(
                    .forbidden, "\(field) \(message).",
                    fields: [FieldError(field: field, message: message)])
            }
            if let reason = await actions.refusalOfUser(user) {
                errors.append(FieldError(field: field, message: "cannot be had: \(reason)"))
            }
        }
        guard errors.isEmpty else {
            let fields = errors.prefix(100).map { "\($0.field) \($0.message)" }
            throw JobError(
                .invalidSpec, "Not accepted: \(fields.joined(separator: "; ")).",
                fields: Array(errors.prefix(100)))
        }
    }
}
