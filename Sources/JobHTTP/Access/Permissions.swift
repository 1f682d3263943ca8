import JobModel
import JobStore

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
            throw JobError(
                .forbidden,
                "\(principal.identity.rawValue) has the role \(principal.role.rawValue); this "
                    + "takes \(role.rawValue).")
        }
        return principal
    }
}
