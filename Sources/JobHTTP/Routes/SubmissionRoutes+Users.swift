import JobModel

extension SubmissionRoutes {
    /// Sees to it that jobs which name a user can run as that.
    ///
    /// - Parameter isBatch: whether errors say which of the jobs they are about.
    /// - Throws: `invalid_spec` with all users that jobs cannot run as.
    func checkUsers(of specs: [JobSpec], isBatch: Bool) async throws(JobError) {
        var errors: [FieldError] = []
        for (index, spec) in specs.enumerated() {
            guard let user = spec.runAs else { continue }
            let field = isBatch ? "jobs[\(index)].run_as" : "run_as"
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
